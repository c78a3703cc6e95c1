import { type Graph, type Node, type NodeOf, sizeOf } from '@lockstep/core'
import { blockedInput, forwards } from './blocked-conv.ts'

/** A product whose result only feeds the addition of a broadcast value, or a relu, or both in turn. */
export interface ProductFusion {
  readonly product: Node
  /** The node that is broadcast. */
  readonly bias: Node | undefined
  readonly relu: boolean
}

/** Pairs of nodes that one ONNX operation does together. */
export interface Fusions {
  /** By the last of the nodes. */
  readonly products: ReadonlyMap<Node, ProductFusion>
  /** By the sum: products aᵀ · b of a batch, all of which are summed up. */
  readonly summedProducts: ReadonlyMap<Node, NodeOf<'matmul'>>
  /** Nodes that are emitted with their only user. */
  readonly absorbed: ReadonlySet<Node>
}

/** `block` is that of the engine's blocked convolutions, which alone take a relu. */
export function findFusions(graph: Graph, block: number): Fusions {
  const uses = countUses(graph)
  const products = new Map<Node, ProductFusion>()
  const summedProducts = new Map<Node, NodeOf<'matmul'>>()
  const absorbed = new Set<Node>()
  for (const node of graph.nodes) {
    const fusion = node.op === 'add' ? biasFusion(node, uses) : reluFusion(node, uses, products, block)
    if (fusion !== undefined) {
      products.set(node, fusion)
      absorbed.add(fusion.product)
      if (fusion.relu) absorbed.add(node.inputs[0] as Node)
    }
    const product = node.op === 'reduceSum' ? summedProduct(node, uses) : undefined
    if (product !== undefined) {
      summedProducts.set(node, product)
      absorbed.add(product)
    }
  }
  return { products, summedProducts, absorbed }
}

function countUses(graph: Graph): ReadonlyMap<Node, number> {
  const uses = new Map<Node, number>()
  const used = [...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs.values(), ...graph.updates.values()]
  for (const node of used) uses.set(node, (uses.get(node) ?? 0) + 1)
  return uses
}

function biasFusion(node: Node, uses: ReadonlyMap<Node, number>): ProductFusion | undefined {
  for (const [index, product] of node.inputs.entries()) {
    const bias = broadcastSource(node.inputs[1 - index] as Node)
    if (bias !== undefined && uses.get(product) === 1 && takesBias(product, bias)) {
      return { product, bias, relu: false }
    }
  }
  return undefined
}

/** Of a convolution, with its bias if it has one. */
function reluFusion(
  node: Node,
  uses: ReadonlyMap<Node, number>,
  products: ReadonlyMap<Node, ProductFusion>,
  block: number,
): ProductFusion | undefined {
  const source = node.inputs[0]
  if (node.op !== 'relu' || source === undefined || uses.get(source) !== 1) return undefined
  const { product, bias } = products.get(source) ?? { product: source, bias: undefined }
  const blocked = product.op === 'conv2d' && blockedInput(forwards(product), block) !== undefined
  return blocked ? { product, bias, relu: true } : undefined
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

/** The gradient of weights that were applied to every row of a batch of matrices: one large product does it all. */
function summedProduct(node: NodeOf<'reduceSum'>, uses: ReadonlyMap<Node, number>): NodeOf<'matmul'> | undefined {
  const product = node.inputs[0] as Node
  if (product.op !== 'matmul' || uses.get(product) !== 1 || node.attributes.keepDims) return undefined
  const { transposeA, transposeB } = product.attributes
  const batch = product.shape.length - 2
  const sumsBatch = node.attributes.axes.length === batch && node.attributes.axes.every((axis) => axis < batch)
  return transposeA && !transposeB && sumsBatch ? product : undefined
}
