import { type Graph, type Node, sizeOf } from '@lockstep/core'

/** A product whose result only feeds the addition of a broadcast value. */
export interface BiasFusion {
  readonly product: Node
  /** The node that is broadcast. */
  readonly bias: Node
}

/** Pairs of nodes that one ONNX operation does together. */
export interface Fusions {
  /** By the addition. */
  readonly biases: ReadonlyMap<Node, BiasFusion>
  /** Nodes that are emitted with their only user. */
  readonly absorbed: ReadonlySet<Node>
}

export function findFusions(graph: Graph): Fusions {
  const uses = countUses(graph)
  const biases = new Map<Node, BiasFusion>()
  const absorbed = new Set<Node>()
  for (const node of graph.nodes) {
    const fusion = node.op === 'add' ? biasFusion(node, uses) : undefined
    if (fusion === undefined) continue
    biases.set(node, fusion)
    absorbed.add(fusion.product)
  }
  return { biases, absorbed }
}

function countUses(graph: Graph): ReadonlyMap<Node, number> {
  const uses = new Map<Node, number>()
  const used = [...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs.values(), ...graph.updates.values()]
  for (const node of used) uses.set(node, (uses.get(node) ?? 0) + 1)
  return uses
}

function biasFusion(node: Node, uses: ReadonlyMap<Node, number>): BiasFusion | undefined {
  for (const [index, product] of node.inputs.entries()) {
    const bias = broadcastSource(node.inputs[1 - index] as Node)
    if (bias !== undefined && uses.get(product) === 1 && takesBias(product, bias)) return { product, bias }
  }
  return undefined
}

/** What is stretched by one or more broadcasts. */
function broadcastSource(node: Node): Node | undefined {
  let source = node
  while (source.op === 'broadcast') source = source.inputs[0] as Node
  return source === node ? undefined : source
}

/** Conv adds one value per output channel, Gemm whatever broadcasts to a matrix. */
function takesBias(product: Node, bias: Node): boolean {
  if (product.op === 'matmul') return product.shape.length === 2
  return (
    product.op === 'conv2d' && bias.shape.at(-1) === product.shape.at(-1) && sizeOf(bias.shape) === bias.shape.at(-1)
  )
}
