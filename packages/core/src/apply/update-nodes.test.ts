import { describe, expect, it } from 'vitest'
import { graph } from '../graph/graph.ts'
import { input, reduceSum } from '../graph/ops.ts'
import { adam } from '../learners/adam.ts'
import { defineLearner } from '../learners/define-learner.ts'
import type { Learner, RuleInputs, RuleOutputs } from '../learners/learner.ts'
import { sgd } from '../learners/sgd.ts'
import { hyperparameterInput, inputSources, updateGraph, updateInputs } from './update-graph.ts'
import { updateNodes } from './update-nodes.ts'
import { slotEntries, type UpdatePlan } from './update-plan.ts'

const parameters = [
  { name: 'dense_1/kernel', shape: [3, 2], gradient: 'gradient/dense_1/kernel' },
  { name: 'dense_1/bias', shape: [2], gradient: 'gradient/dense_1/bias' },
]
const statistics = [{ weight: 'mean', shape: [2], sum: 'batch/mean', momentum: 0.9 }]

function learnerOf(rule: (inputs: RuleInputs) => RuleOutputs): Learner {
  return defineLearner({ name: 'mine', options: {}, defaultLearningRate: 1, slots: [{ name: 'm', initial: 0 }], rule })
}

const planOf = (learner: Learner): UpdatePlan => ({ learner, parameters, statistics })

describe('updateGraph', () => {
  it('updates parameters, slots and statistics from state and the scalars it names', () => {
    const { inputs, updates, outputs } = updateGraph(planOf(adam()))
    expect([...updates.keys()].sort()).toEqual([
      'dense_1/bias',
      'dense_1/kernel',
      'mean',
      'slot/mean/dense_1/bias',
      'slot/mean/dense_1/kernel',
      'slot/meanSquare/dense_1/bias',
      'slot/meanSquare/dense_1/kernel',
    ])
    expect(inputs.map((node) => node.attributes.name).sort()).toEqual([
      updateInputs.denominator,
      hyperparameterInput('epsilon'),
      hyperparameterInput('stepSize'),
      updateInputs.sampleCount,
    ])
    expect(outputs.size).toBe(0)
  })

  it('has nothing to do with clipping without parameters', () => {
    const plan: UpdatePlan = { learner: sgd({ clipNorm: 1 }), parameters: [], statistics }
    expect([...updateGraph(plan).updates.keys()]).toEqual(['mean'])
  })
})

describe('slotEntries', () => {
  it('lists slot by slot, with first values', () => {
    expect(slotEntries(planOf(adam())).map(({ name }) => name)).toEqual([
      'slot/mean/dense_1/kernel',
      'slot/mean/dense_1/bias',
      'slot/meanSquare/dense_1/kernel',
      'slot/meanSquare/dense_1/bias',
    ])
    expect(slotEntries(planOf(adam()))[1]).toEqual({ name: 'slot/mean/dense_1/bias', shape: [2], initial: 0 })
  })
})

describe('updateNodes', () => {
  it('takes sums from elsewhere than state', () => {
    const plan = planOf(sgd())
    const nodes = updateNodes(plan, {
      ...inputSources(plan.learner),
      gradient: ({ name, shape }) => input(`of ${name}`, shape),
      batchSum: ({ weight, shape }) => input(`of ${weight}`, shape),
    })
    const { states, inputs } = graph({ updates: nodes })
    expect(states.map((node) => node.attributes.name).sort()).toEqual(['dense_1/bias', 'dense_1/kernel', 'mean'])
    expect(inputs.map((node) => node.attributes.name)).toEqual(
      expect.arrayContaining(['of dense_1/bias', 'of dense_1/kernel', 'of mean']),
    )
  })

  it.each<[string, (inputs: RuleInputs) => RuleOutputs, string]>([
    ['a slot it does not declare', ({ slot }) => ({ parameter: slot('n'), slots: {} }), "unknown slot of mine 'n'"],
    [
      'a hyperparameter it does not have',
      ({ hyperparameter }) => ({ parameter: hyperparameter('rho'), slots: {} }),
      "unknown hyperparameter of mine 'rho'",
    ],
    ['no new value of a slot', ({ parameter }) => ({ parameter, slots: {} }), "mine: rule's new slot m got [3, 2]"],
    [
      'another shape',
      ({ parameter, slot }) => ({ parameter: reduceSum(parameter), slots: { m: slot('m') } }),
      "mine: rule's new parameter got [3, 2] and []",
    ],
  ])('refuses a rule with %s', (_, rule, message) => {
    expect(() => updateGraph(planOf(learnerOf(rule)))).toThrowError(message)
  })
})
