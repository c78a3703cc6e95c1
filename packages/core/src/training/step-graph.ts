import { inputSources, type UpdatePlan, updateNodes } from '../apply/index.ts'
import { type Graph, graph } from '../graph/graph.ts'
import type { Node } from '../graph/node.ts'
import { derive, names, type Program } from './program.ts'

/**
 * A whole local step as one graph: {@link derive}, then the update of parameters, slots and statistics. Its scalars
 * are the inputs of an update graph.
 */
export function stepGraph(program: Program, batch: number, plan: UpdatePlan): Graph {
  const { sums, gradients, statistics } = derive(program, batch)
  const updates = updateNodes(plan, {
    ...inputSources(plan.learner),
    gradient: ({ name }) => gradients.get(name) as Node,
    batchSum: ({ weight }) => statistics.get(weight) as Node,
  })
  return graph({ outputs: { [names.sums]: sums }, updates })
}
