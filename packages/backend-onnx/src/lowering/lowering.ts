import { type Graph, type Node, type Shape, sameShape, sizeOf } from '@lockstep/core'
import { converted } from './convert-layout.ts'
import { type Demand, layoutDemands } from './demand.ts'
import { type Fusions, findFusions } from './fusions.ts'
import { isImage, type Layout, shapeIn } from './layout.ts'
import { OnnxGraph } from './onnx-graph.ts'
import { expand, reshape } from './shaping.ts'
import type { Lack } from './substitutes.ts'
import type { Tensor } from './tensor.ts'

export interface LoweringOptions {
  /** The engine has com.microsoft's FusedMatMul, which multiplies transposed batches without transposing them. */
  readonly fusedMatMul: boolean
  /** How many channels make a block in the engine's operations for blocked images; 0 where it has none. */
  readonly block: number
  /** What the engine cannot compute on the device; default: nothing. */
  readonly lacks?: readonly Lack[]
}

/** The forms in which a node's value exists so far. */
interface Value {
  /** In which it was made. */
  readonly layout: Layout
  /** Per layout, a tensor that broadcasts to the node's shape. */
  readonly compact: Partial<Record<Layout, Tensor>>
  /** Per layout, a tensor of the node's shape. */
  readonly full: Partial<Record<Layout, Tensor>>
}

/**
 * The state of lowering one graph: which tensors hold each node's value. A value may lie in several layouts, and may be
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
    this.fusions = findFusions(graph, options.block)
    this.#demands = layoutDemands(graph, options.block)
  }

  /** The layouts in which an image will be wanted. */
  demandOf(node: Node): Demand {
    return this.#demands.get(node) ?? new Set()
  }

  /** The shape that the node's value has in a layout. */
  shapeIn(node: Node, layout: Layout): Shape {
    return isImage(node) ? shapeIn(node.shape, layout, this.options.block) : node.shape
  }

  /** Says that `tensor`, which may have to be broadcast, is the value of `node`. */
  define(node: Node, tensor: Tensor, layout: Layout = 'plain'): void {
    this.#values.set(node, { layout, compact: { [layout]: tensor }, full: {} })
  }

  /** Whether the value exists in that layout. */
  has(node: Node, layout: Layout): boolean {
    return this.#valueOf(node).compact[layout] !== undefined
  }

  /** The value as a tensor that broadcasts to the node's shape. */
  compact(node: Node, layout: Layout = 'plain'): Tensor {
    const { compact } = this.#valueOf(node)
    const held = compact[layout] ?? this.#converted(node, layout)
    compact[layout] = held
    return held
  }

  /** The value as a tensor of the node's shape, its axes in the order of the layout. */
  full(node: Node, layout: Layout = 'plain'): Tensor {
    const { full } = this.#valueOf(node)
    const held = full[layout] ?? this.#stretched(this.compact(node, layout), this.shapeIn(node, layout))
    full[layout] = held
    return held
  }

  /** The tensor that the value was made as. */
  made(node: Node): { readonly tensor: Tensor; readonly layout: Layout } {
    const { compact, layout } = this.#valueOf(node)
    return { tensor: compact[layout] as Tensor, layout }
  }

  #converted(node: Node, to: Layout): Tensor {
    const { tensor, layout } = this.made(node)
    return converted(this.onnx, tensor, { from: layout, to, block: this.options.block })
  }

  #stretched(tensor: Tensor, shape: Shape): Tensor {
    if (sameShape(tensor.shape, shape)) return tensor
    return sizeOf(tensor.shape) === sizeOf(shape) ? reshape(this.onnx, tensor, shape) : expand(this.onnx, tensor, shape)
  }

  #valueOf(node: Node): Value {
    return this.#values.get(node) as Value
  }
}
