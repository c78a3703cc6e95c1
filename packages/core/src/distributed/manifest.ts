import type { Compiled } from '../training/compile.ts'
import { gradientsGraph } from '../training/program.ts'
import { statePlan } from '../training/state-plan.ts'
import { version } from '../version.ts'

/**
 * All that ranks which train together must have in common, as JSON: versions, the state's tensors in their order, what
 * goes in and what is trained towards, the learner, and at last the hash of a training step's graph for one sample,
 * which stands for everything else.
 */
export function manifest(compiled: Compiled): unknown {
  const { program, learner, gradientAccumulation, group } = compiled
  const { network, objectives, trained } = program
  const tensors = statePlan(program, learner).layout.entries.values()
  return {
    version,
    worldSize: group?.worldSize,
    state: Array.from(tensors, ({ name, shape }) => `${name} float32 [${shape.join(', ')}]`),
    inputs: network.inputs.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join(', ')}]`),
    outputs: objectives.map(({ name, loss, lossWeight, metrics, outputShape }) => ({
      name,
      shape: outputShape,
      loss: loss.name,
      targets: loss.targets,
      lossWeight,
      metrics: metrics.map((metric) => metric.name),
    })),
    trained: trained.map(({ name }) => name),
    learner: learner?.config,
    gradientAccumulation,
    batchMode: group?.distribution.batchMode,
    graph: gradientsGraph(program, 1, false).hash,
  }
}
