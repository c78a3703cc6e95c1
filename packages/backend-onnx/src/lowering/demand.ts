import type { Graph, Node, Op } from '@lockstep/core'
import { gathersPixels } from './filter-gradient.ts'
import { isImage, type Layout } from './layout.ts'

/** Which operands of an operation are images that it wants with channels first. */
const spatialOperands: Partial<Record<Op, readonly number[]>> = {
  conv2d: [0],
  conv2dInputGradient: [0],
  conv2dFilterGradient: [1],
  maxPool2d: [0],
  maxPool2dGradient: [0, 1, 2],
  avgPool2d: [0],
  avgPool2dGradient: [0],
}

/** Operations that want the rest of their operands as the graph has them. */
const plainOnly: ReadonlySet<Op> = new Set<Op>(['matmul', 'argmax', 'gather', 'scatterAdd', 'oneHot', 'reshape'])

/** Reductions and transpositions take either layout at no cost. */
const indifferent: ReadonlySet<Op> = new Set<Op>(['reduceSum', 'reduceMax', 'transpose'])

export type Demand = ReadonlySet<Layout>

const nothing: Demand = new Set()

/**
 * In which layouts each image will be wanted by those who use it, directly or after operations that work in any layout.
 */
export function layoutDemands(graph: Graph): ReadonlyMap<Node, Demand> {
  const demands = new Map<Node, Set<Layout>>()
  const want = (node: Node, layouts: Iterable<Layout>): void => {
    if (!isImage(node)) return
    const present = demands.get(node) ?? new Set()
    for (const layout of layouts) present.add(layout)
    demands.set(node, present)
  }
  for (const node of [...graph.outputs.values(), ...graph.updates.values()]) want(node, ['plain'])
  for (const user of graph.nodes.toReversed()) {
    for (const [index, operand] of user.inputs.entries()) want(operand, wantedBy(user, index, demands))
  }
  return demands
}

function wantedBy(user: Node, operand: number, demands: ReadonlyMap<Node, Demand>): Iterable<Layout> {
  if (user.op === 'conv2dFilterGradient' && operand === 0) return [gathersPixels(user) ? 'plain' : 'channelsFirst']
  const spatial = spatialOperands[user.op]
  if (spatial !== undefined) return [spatial.includes(operand) ? 'channelsFirst' : 'plain']
  if (indifferent.has(user.op)) return nothing
  if (plainOnly.has(user.op) || !isImage(user)) return ['plain']
  return demands.get(user) ?? nothing
}
