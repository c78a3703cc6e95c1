import { type Graph, graph } from '../graph/graph.ts'
import type { Node } from '../graph/node.ts'
import { input } from '../graph/ops.ts'
import type { Learner } from '../learners/learner.ts'
import { unknownName } from '../names.ts'
import { type UpdateSources, updateNodes } from './update-nodes.ts'
import type { UpdatePlan } from './update-plan.ts'

/** Names of the scalar inputs of an update graph besides the hyperparameters. */
export const updateInputs = { denominator: 'denominator', sampleCount: 'sampleCount' } as const

/** The name of the scalar input that stands for a hyperparameter: `hyperparameter/learningRate`. */
export function hyperparameterInput(name: string): string {
  return `hyperparameter/${name}`
}

/** Sources whose scalars are inputs and whose sums are state entries. */
export function inputSources(learner: Learner): UpdateSources {
  const known = Object.keys(learner.hyperparameters({ step: 0, samples: 0, batchSamples: 1 }))
  return {
    denominator: input(updateInputs.denominator, []),
    sampleCount: input(updateInputs.sampleCount, []),
    hyperparameter: (name): Node => {
      if (known.includes(name)) return input(hyperparameterInput(name), [])
      throw unknownName(`hyperparameter of ${learner.name}`, name, known)
    },
  }
}

/**
 * The update as a graph over state alone. Its scalar inputs are those of {@link updateInputs} and
 * {@link hyperparameterInput} that the plan needs: look at `inputs`.
 */
export function updateGraph(plan: UpdatePlan): Graph {
  return graph({ updates: updateNodes(plan, inputSources(plan.learner)) })
}
