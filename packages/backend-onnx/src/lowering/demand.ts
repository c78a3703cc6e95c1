import type { Graph, Node, Op } from '@lockstep/core'
import { fitsBlocks, isImage, type Layout } from './layout.ts'
import { spatialLayouts } from './spatial-layouts.ts'

/** Operations that want the rest of their operands as the graph has them. */
const plainOnly: ReadonlySet<Op> = new Set<Op>(['matmul', 'argmax', 'gather', 'scatterAdd', 'oneHot', 'reshape'])

/** Reductions and transpositions take either layout at no cost. */
const indifferent: ReadonlySet<Op> = new Set<Op>(['reduceSum', 'reduceMax', 'transpose'])

export type Demand = ReadonlySet<Layout>

const nothing: Demand = new Set()

/**
 * In which layouts each image will be wanted by those who use it, directly or after operations that work in any layout.
 */
export function layoutDemands(graph: Graph, block: number): ReadonlyMap<Node, Demand> {
  const demands = new Map<Node, Set<Layout>>()
  const want = (node: Node, layouts: Iterable<Layout>): void => {
    if (!isImage(node)) return
    const present = demands.get(node) ?? new Set()
    for (const layout of layouts) if (layout !== 'blocked' || fitsBlocks(node, block)) present.add(layout)
    demands.set(node, present)
  }
  for (const node of [...graph.outputs.values(), ...graph.updates.values()]) want(node, ['plain'])
  for (const user of graph.nodes.toReversed()) {
    for (const [index, operand] of user.inputs.entries()) want(operand, wantedBy(user, index, demands, block))
  }
  return demands
}

function wantedBy(user: Node, operand: number, demands: ReadonlyMap<Node, Demand>, block: number): Iterable<Layout> {
  const spatial = spatialLayouts(user, block)
  if (spatial !== undefined) return [spatial[operand] as Layout]
  if (indifferent.has(user.op)) return nothing
  if (plainOnly.has(user.op) || !isImage(user)) return ['plain']
  return demands.get(user) ?? nothing
}
