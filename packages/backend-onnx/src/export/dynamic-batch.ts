import { LockstepError } from '@lockstep/core'
import { OnnxGraph, type OnnxNode } from '../lowering/onnx-graph.ts'
import type { Tensor, TensorData } from '../lowering/tensor.ts'
import type { DimensionSymbol } from '../lowering/write-model.ts'
import { BatchShapes, type Extent, timesBatch } from './batch-shapes.ts'

/** A graph for every batch size, and the names of its dynamic dimensions. */
export interface DynamicGraph {
  readonly graph: OnnxGraph
  readonly symbol: DimensionSymbol
}

/**
 * Makes one graph of the same one at two batch sizes: what is equal in both stays, and shapes that grow with the batch
 * are worked out from the input. Throws `unsupported` where the two differ in any other way.
 */
export function withDynamicBatch(a: OnnxGraph, b: OnnxGraph, sizes: readonly [number, number]): DynamicGraph {
  const merge = new Merge(a, b, sizes)
  return { graph: merge.graph, symbol: (tensor, axis) => merge.symbol(tensor, axis) }
}

class Merge {
  readonly graph: OnnxGraph = new OnnxGraph()
  readonly #a: OnnxGraph
  readonly #b: OnnxGraph
  readonly #sizes: readonly [number, number]
  /** From tensors of the first graph to those of the second. */
  readonly #twins = new Map<Tensor, Tensor>()
  readonly #shapes: BatchShapes

  constructor(a: OnnxGraph, b: OnnxGraph, sizes: readonly [number, number]) {
    this.#a = a
    this.#b = b
    this.#sizes = sizes
    for (const [name, tensor] of a.inputs) {
      this.graph.inputs.set(name, tensor)
      this.#twins.set(tensor, b.inputs.get(name) as Tensor)
    }
    this.#shapes = new BatchShapes(this.graph, (tensor, axis) => this.symbol(tensor, axis) === 'batch')
    if (a.nodes.length !== b.nodes.length) throw dependsOnBatch('the graph')
    for (const [index, node] of a.nodes.entries()) this.#merge(node, b.nodes[index] as OnnxNode)
    for (const [name, tensor] of a.outputs) this.graph.outputs.set(name, tensor)
  }

  symbol(tensor: Tensor, axis: number): string | undefined {
    const [extent, other] = [tensor.shape[axis], this.#twins.get(tensor)?.shape[axis]] as [number, number]
    if (extent === other) return undefined
    const factor = timesBatch(extent, other, this.#sizes)
    return factor === 1 ? 'batch' : `${factor ?? 'any'}*batch`
  }

  #merge(node: OnnxNode, twin: OnnxNode): void {
    const same = node.op === twin.op && JSON.stringify(node.attributes) === JSON.stringify(twin.attributes)
    if (!same || node.inputs.length !== twin.inputs.length) throw dependsOnBatch(nameOf(node))
    this.graph.scope = node.scope
    const inputs = node.inputs.map((_, at) => this.#input(node, twin, at))
    for (const [index, output] of node.outputs.entries()) this.#twins.set(output, twin.outputs[index] as Tensor)
    this.graph.nodes.push({ ...node, inputs })
  }

  #input(node: OnnxNode, twin: OnnxNode, at: number): Tensor | undefined {
    const [ours, theirs] = [node.inputs[at], twin.inputs[at]]
    if (ours === undefined || theirs === undefined) return undefined
    const [mine, other] = [this.#a.constants.get(ours), this.#b.constants.get(theirs)]
    if (mine === undefined || other === undefined) {
      if (this.#twins.get(ours) === theirs) return ours
      throw dependsOnBatch(nameOf(node))
    }
    if (sameData(mine, other)) return this.#kept(ours, mine)
    const extents = growing(mine, other, this.#sizes)
    if (extents === undefined) throw dependsOnBatch(`a constant of ${nameOf(node)}`)
    return node.op === 'Reshape' && at === 1 ? this.#shapes.ofReshape(extents) : this.#shapes.of(extents)
  }

  #kept(tensor: Tensor, data: TensorData): Tensor {
    this.graph.addConstant(tensor, data, this.#a.labels.get(tensor))
    return tensor
  }
}

function sameData(a: TensorData, b: TensorData): boolean {
  return a.length === b.length && a.every((value: number | bigint, index: number) => Object.is(value, b[index]))
}

/** Extents as multiples of the batch size where they grow with it. */
function growing(a: TensorData, b: TensorData, sizes: readonly [number, number]): readonly Extent[] | undefined {
  if (!(a instanceof BigInt64Array && b instanceof BigInt64Array) || a.length !== b.length) return undefined
  const extents = Array.from(a, (value, index) => {
    const [count, other] = [Number(value), Number(b[index])]
    if (count === other) return { count, perSample: false }
    const factor = timesBatch(count, other, sizes)
    return factor === undefined ? undefined : { count: factor, perSample: true }
  })
  const known = extents.filter((extent) => extent !== undefined)
  return known.length === extents.length ? known : undefined
}

function nameOf({ op, scope }: OnnxNode): string {
  return scope === '' ? op : `${op} of ${scope}`
}

function dependsOnBatch(what: string): LockstepError<'unsupported'> {
  return new LockstepError(
    'unsupported',
    { feature: 'graphs that depend on the batch size', by: 'exportGraph' },
    `exportGraph: ${what} is not the same for every batch size, so one file cannot serve all; let samples be computed independently of their number`,
  )
}
