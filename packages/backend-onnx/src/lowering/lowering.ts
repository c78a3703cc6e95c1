import { type Graph, type Node, type Shape, sameShape, sizeOf } from '@lockstep/core'
import { type Demand, layoutDemands } from './demand.ts'
import { type Fusions, findFusions } from './fusions.ts'
import { arranged, converted, isImage, type Layout } from './layout.ts'
import { OnnxGraph } from './onnx-graph.ts'
import { expand, reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'

export interface LoweringOptions {
  /** The engine has com.microsoft's FusedMatMul, which multiplies transposed batches without transposing them. */
  readonly fusedMatMul: boolean
}

/** The forms in which a node's value exists so far. */
interface Value {
  /** Per layout, a tensor that broadcasts to the node's shape. */
  readonly compact: Partial<Record<Layout, Tensor>>
  /** Per layout, a tensor of the node's shape. */
  readonly full: Partial<Record<Layout, Tensor>>
}

/**
 * The state of lowering one graph: which tensors hold each node's value. A value may lie in either layout, and may be
 * smaller than its node where broadcasting makes up for it; other forms are emitted when somebody asks for them, once.
 */
export class Lowering {
  readonly onnx: OnnxGraph = new OnnxGraph()
  readonly options: LoweringOptions
  readonly fusions: Fusions
  readonly #demands: ReadonlyMap<Node, Demand>
  readonly #values = new Map<Node, Value>()

  constructor(graph: Graph, options: LoweringOptions) {
    this.options = options
    this.fusions = findFusions(graph)
    this.#demands = layoutDemands(graph)
  }

  /** The layouts in which an image will be wanted. */
  demandOf(node: Node): Demand {
    return this.#demands.get(node) ?? new Set()
  }

  /** Says that `tensor`, which may have to be broadcast, is the value of `node`. */
  define(node: Node, tensor: Tensor, layout: Layout = 'plain'): void {
    const value: Value = this.#values.get(node) ?? { compact: {}, full: {} }
    value.compact[layout] = tensor
    this.#values.set(node, value)
  }

  /** Whether the value exists, or can be had without moving an element, in that layout. */
  has(node: Node, layout: Layout): boolean {
    return this.#valueOf(node).compact[layout] !== undefined
  }

  /** The value as a tensor that broadcasts to the node's shape. */
  compact(node: Node, layout: Layout = 'plain'): Tensor {
    const { compact } = this.#valueOf(node)
    const held = compact[layout] ?? converted(this.onnx, this.#other(node, layout), layout)
    compact[layout] = held
    return held
  }

  /** The value as a tensor of the node's shape, its axes in the order of the layout. */
  full(node: Node, layout: Layout = 'plain'): Tensor {
    const { full } = this.#valueOf(node)
    const held =
      full[layout] ??
      this.#stretched(this.compact(node, layout), isImage(node) ? arranged(node.shape, layout) : node.shape)
    full[layout] = held
    return held
  }

  /** A tensor in the layout in which the value was made. */
  made(node: Node): { readonly tensor: Tensor; readonly layout: Layout } {
    const { plain } = this.#valueOf(node).compact
    return plain === undefined
      ? { tensor: this.#other(node, 'plain'), layout: 'channelsFirst' }
      : { tensor: plain, layout: 'plain' }
  }

  #stretched(tensor: Tensor, shape: Shape): Tensor {
    if (sameShape(tensor.shape, shape)) return tensor
    return sizeOf(tensor.shape) === sizeOf(shape) ? reshape(this.onnx, tensor, shape) : expand(this.onnx, tensor, shape)
  }

  #other(node: Node, layout: Layout): Tensor {
    return this.#valueOf(node).compact[layout === 'plain' ? 'channelsFirst' : 'plain'] as Tensor
  }

  #valueOf(node: Node): Value {
    return this.#values.get(node) as Value
  }
}
