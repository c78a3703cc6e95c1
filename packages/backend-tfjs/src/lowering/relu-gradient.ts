import type { Graph, Node } from '@lockstep/core'
import type { Compute, Workshop } from './lowering.ts'

/** `gradient · (y > 0)`, which a graph says in three steps. */
export interface ReluGradient {
  readonly gradient: Node
  readonly y: Node
  /** Steps that nothing else needs. */
  readonly absorbed: readonly Node[]
}

/** The products that are gradients of a relu. */
export function findReluGradients(graph: Graph): ReadonlyMap<Node, ReluGradient> {
  const uses = new Map<Node, number>()
  const used = [...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs.values(), ...graph.updates.values()]
  for (const node of used) uses.set(node, (uses.get(node) ?? 0) + 1)
  const once = (node: Node): boolean => uses.get(node) === 1
  const found = new Map<Node, ReluGradient>()
  for (const node of graph.nodes) {
    if (node.op !== 'mul' || node.dtype !== 'float32') continue
    const [gradient, mask] = node.inputs as [Node, Node]
    const condition = mask.inputs[0]
    if (mask.op !== 'cast' || condition?.op !== 'less' || !once(mask) || !once(condition)) continue
    const [zero, y] = condition.inputs as [Node, Node]
    if (isZero(zero) && y.dtype === 'float32') found.set(node, { gradient, y, absorbed: [mask, condition] })
  }
  return found
}

function isZero(node: Node): boolean {
  if (node.op === 'broadcast') return isZero(node.inputs[0] as Node)
  return node.op === 'constant' && node.attributes.values.every((value) => value === 0)
}

/** From the gradient and y. */
export function reluGradient({ kernels }: Workshop): Compute {
  const { operation } = kernels
  if (operation !== undefined) return (gradient, y) => operation('ReluGrad', [gradient, y])
  return (gradient, y) => kernels.run('Multiply', { a: gradient, b: kernels.run('Step', { x: y }, { alpha: 0 }) })
}
