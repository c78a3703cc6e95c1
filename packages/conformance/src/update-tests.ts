import { evaluate } from '@lockstep/backend-reference'
import {
  type Learner,
  learnerFromConfig,
  learnerNames,
  resolveLearner,
  type UpdatePlan,
  type UpdateScalars,
  updateGraph,
} from '@lockstep/core'
import type { Runner } from './backend-tests.ts'
import { batchSamples, gradients, learnerVectors, start } from './generated/learner-vectors.ts'
import { Random } from './random.ts'
import { constantGradientCases } from './update-cases.ts'
import { firstState, planLayout, type StateValues, scalarsOf, UpdateRun, vectorPlan } from './update-run.ts'
import { inputValues, type UpdateSubject } from './update-subject.ts'

/** How far a value may lie from its expected one, as a part of that. */
const vectorTolerance = 4e-7

/**
 * Defines the tests that every way of applying updates must pass: the learners against Keras 2.0.4, Keras 3,
 * TensorFlow.js, CNTK and the float64 reference; regularisers, clipping, statistics, and what lies in between.
 */
export function updateTests(subject: UpdateSubject, runner: Runner): void {
  runner.describe(subject.name, () => {
    for (const { source, learner, options, expected } of learnerVectors) {
      const title = `${learner} ${JSON.stringify(options)} does what ${source} does`
      runner.it(title, () => checkVectors(subject, learnerFromConfig({ name: learner, ...options }), expected))
    }
    for (const { learner, gradient, expected } of constantGradientCases) {
      runner.it(`${JSON.stringify(learner)} with gradient ${gradient} gives ${expected.join(', ')}`, () =>
        checkConstantGradient(subject, learnerFromConfig(learner), gradient, expected),
      )
    }
    for (const name of learnerNames)
      runner.it(`100 updates of ${name} stay with float64`, () => checkManyUpdates(subject, resolveLearner(name)))
    runner.it('penalties count once, after the division', () => checkPenalties(subject))
    runner.it('the common norm includes penalties and parameters of all kinds', () => checkNorm(subject))
    runner.it('statistics move by the mean over samples', () => checkStatistics(subject))
    runner.it('a gradient that is not a number stays in its element', () => checkNotANumber(subject))
    runner.it('lengths of all kinds are updated to the end and no further', () => checkLengths(subject))
  })
}

function named(parts: readonly (readonly number[])[], prefix = ''): Record<string, readonly number[]> {
  return Object.fromEntries(parts.map((part, index) => [`${prefix}${'ab'[index]}`, part]))
}

async function checkVectors(
  subject: UpdateSubject,
  learner: Learner,
  expected: readonly (readonly (readonly number[])[])[],
): Promise<void> {
  const values = named(start)
  await using run = await UpdateRun.open(subject, vectorPlan(learner, values), values)
  for (const [step, parts] of gradients.entries()) {
    await run.update(
      named(parts, 'gradient/'),
      scalarsOf(learner, { step, samples: step * batchSamples, batchSamples }),
    )
    for (const [name, value] of Object.entries(named(expected[step] ?? [])))
      expectClose(`${name} after ${step + 1}`, await run.value(name), value, vectorTolerance)
  }
}

/** Keras' own numbers to 1e-7, with the gradient as a sum over samples. */
async function checkConstantGradient(
  subject: UpdateSubject,
  learner: Learner,
  gradient: number,
  expected: readonly number[],
): Promise<void> {
  await using run = await UpdateRun.open(subject, vectorPlan(learner, { p: [1] }), { p: [1] })
  for (const [step, value] of expected.entries()) {
    const { hyperparameters } = scalarsOf(learner, { step, samples: step * 128, batchSamples: 128 })
    await run.update({ 'gradient/p': [gradient * 128] }, { denominator: 128, sampleCount: 128, step, hyperparameters })
    expectClose(`p after ${step + 1}`, await run.value('p'), [value], 1e-7)
  }
}

async function checkManyUpdates(subject: UpdateSubject, learner: Learner): Promise<void> {
  const random = new Random(learner.name)
  const normals = (): number[] => Array.from({ length: 37 }, () => Math.fround(random.normal()))
  const values = { w: normals() }
  const plan = vectorPlan(learner, values)
  const layout = planLayout(plan)
  const graph = updateGraph(plan)
  const state = firstState(plan, layout, values)
  let exact: Record<string, ArrayLike<number>> = Object.fromEntries(
    [...layout.entries.values()].map(({ name, offset, length }) => [name, state.slice(offset, offset + length)]),
  )
  await using run = await UpdateRun.open(subject, plan, values)
  for (let step = 0; step < 100; step++) {
    const gradient = { 'gradient/w': normals() }
    const scalars = scalarsOf(learner, { step, samples: step * 32, batchSamples: 32 })
    await run.update(gradient, scalars)
    exact = {
      ...exact,
      ...Object.fromEntries(
        evaluate(graph, { inputs: scalarFeeds(scalars), states: { ...exact, ...gradient } }).updates,
      ),
    }
  }
  for (const name of graph.updates.keys())
    expectClose(name, await run.value(name), Array.from(exact[name] ?? []), 2e-5, 2e-6)
}

function scalarFeeds(scalars: UpdateScalars): Record<string, number[]> {
  return Object.fromEntries(Object.entries(inputValues(scalars)).map(([name, value]) => [name, [value]]))
}

async function checkPenalties(subject: UpdateSubject): Promise<void> {
  const learner = learnerFromConfig({ name: 'sgd', learningRate: 1 })
  const shape = [3]
  const plan: UpdatePlan = {
    learner,
    parameters: [
      { name: 'both', shape, gradient: 'g/both', regularizer: { l1: 0.25, l2: 0.125 } },
      { name: 'l1', shape, gradient: 'g/l1', regularizer: { l1: 0.5, l2: 0 } },
      { name: 'l2', shape, gradient: 'g/l2', regularizer: { l1: 0, l2: 0.5 } },
      { name: 'none', shape, gradient: 'g/none' },
    ],
    statistics: [],
  }
  const weights = [4, 0, -2]
  const values = { both: weights, l1: weights, l2: weights, none: weights }
  await using run = await UpdateRun.open(subject, plan, values)
  const sums = Object.fromEntries(plan.parameters.map(({ gradient }) => [gradient, [8, 8, 8]]))
  await run.update(sums, { ...scalarsOf(learner, { step: 0, samples: 0, batchSamples: 8 }), denominator: 8 })
  expectSame('both', await run.value('both'), [4 - 1 - 0.25 - 1, -1, -2 - 1 + 0.25 + 0.5])
  expectSame('l1', await run.value('l1'), [2.5, -1, -2.5])
  expectSame('l2', await run.value('l2'), [-1, -1, -1])
  expectSame('none', await run.value('none'), [3, -1, -3])
}

async function checkNorm(subject: UpdateSubject): Promise<void> {
  const learner = learnerFromConfig({ name: 'sgd', learningRate: 1, clipNorm: 2.5 })
  const plan: UpdatePlan = {
    learner,
    parameters: [
      { name: 'a', shape: [1], gradient: 'g/a', regularizer: { l1: 0, l2: 0.5 } },
      { name: 'b', shape: [1, 17], gradient: 'g/b' },
    ],
    statistics: [],
  }
  const zeros = Array.from({ length: 16 }, () => 0)
  await using run = await UpdateRun.open(subject, plan, { a: [2], b: [...zeros, 1] })
  const scalars = { ...scalarsOf(learner, { step: 0, samples: 0, batchSamples: 2 }), denominator: 2 }
  // Gradients 1 + 2 and 4, so the norm is 5 and all is halved.
  await run.update({ 'g/a': [2], 'g/b': [...zeros, 8] }, scalars)
  expectSame('a', await run.value('a'), [0.5])
  expectSame('b', await run.value('b'), [...zeros, -1])
  // Gradients 0 + 0.5 and 0.25: short enough.
  await run.update({ 'g/a': [0], 'g/b': [...zeros, 0.5] }, scalars)
  expectSame('a', await run.value('a'), [0])
  expectSame('b', await run.value('b'), [...zeros, -1.25])
}

async function checkStatistics(subject: UpdateSubject): Promise<void> {
  const learner = resolveLearner('sgd')
  const plan: UpdatePlan = {
    learner,
    parameters: [],
    statistics: [
      { weight: 'mean', shape: [5], sum: 'batch/mean', momentum: 0.75 },
      { weight: 'variance', shape: [2], sum: 'batch/variance', momentum: 0.5 },
    ],
  }
  await using run = await UpdateRun.open(subject, plan, { mean: [1, 2, 3, 4, 0], variance: [1, 1] })
  const sums = { 'batch/mean': [32, 64, 0, -32, 8], 'batch/variance': [8, 16] }
  await run.update(sums, { ...scalarsOf(learner, { step: 0, samples: 0, batchSamples: 8 }), denominator: 3 })
  expectSame('mean', await run.value('mean'), [1.75, 3.5, 2.25, 2, 0.25])
  expectSame('variance', await run.value('variance'), [1, 1.5])
}

async function checkNotANumber(subject: UpdateSubject): Promise<void> {
  const learner = learnerFromConfig({ name: 'sgd', learningRate: 1, clipValue: 1 })
  const values = { w: [1, 1, 1, 1, 1, 1] }
  await using run = await UpdateRun.open(subject, vectorPlan(learner, values), values)
  const gradient = [0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, Number.NaN]
  await run.update({ 'gradient/w': gradient }, scalarsOf(learner, { step: 0, samples: 0, batchSamples: 1 }))
  expectSame('w', await run.value('w'), [0.5, Number.NaN, 0, 2, 1, Number.NaN])
}

/** Elements in gaps are no part of any entry: a rule that makes something of nothing must not do so there. */
async function checkLengths(subject: UpdateSubject): Promise<void> {
  const learner = resolveLearner('fsAdaGrad')
  const lengths = [1, 2, 3, 4, 5, 15, 16, 17, 31, 64, 67, 131]
  const entries = (value: number, prefix = ''): StateValues =>
    Object.fromEntries(lengths.map((length) => [`${prefix}w${length}`, Array.from({ length }, () => value)]))
  const plan = vectorPlan(learner, entries(1))
  await using run = await UpdateRun.open(subject, plan, entries(1))
  await run.update(entries(0.25, 'gradient/'), scalarsOf(learner, { step: 0, samples: 0, batchSamples: 64 }))
  for (const length of lengths) {
    // (lr / M) · (1 − β) · √M for a first step.
    const expected = Array.from({ length }, () => 1 - (0.01 / 64) * 0.1 * 8)
    expectClose(`w${length}`, await run.value(`w${length}`), expected, 1e-7)
  }
  const state = await run.state()
  for (const { offset, length } of run.layout.entries.values()) state.fill(0, offset, offset + length)
  expectSame('gaps', state, new Array(state.length).fill(0))
}

function expectSame(what: string, actual: ArrayLike<number>, expected: readonly number[]): void {
  expectClose(what, actual, expected, 0)
}

function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: readonly number[],
  relative: number,
  absolute = 0,
): void {
  if (actual.length !== expected.length) throw new Error(`${what}: got ${actual.length} values for ${expected.length}`)
  for (const [index, want] of expected.entries()) {
    const got = actual[index] as number
    const difference = Math.abs(got - want)
    if (Object.is(got, want) || difference <= absolute + relative * Math.abs(want)) continue
    throw new Error(`${what}[${index}]: got ${got}, expected ${want} (a difference of ${difference})`)
  }
}
