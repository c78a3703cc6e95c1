import type { OnnxGraph } from '../lowering/onnx-graph.ts'
import type { Tensor } from '../lowering/tensor.ts'

/** An extent: a number, or so many per sample of the batch. */
export interface Extent {
  readonly count: number
  readonly perSample: boolean
}

/** The integer by which both batch sizes have to be multiplied to give these extents, if there is one. */
export function timesBatch(first: number, second: number, sizes: readonly [number, number]): number | undefined {
  const factor = first / sizes[0]
  return Number.isInteger(factor) && factor * sizes[1] === second ? factor : undefined
}

/** Emits shapes that depend on the batch size, which is read off an input. */
export class BatchShapes {
  readonly #graph: OnnxGraph
  readonly #isBatch: (tensor: Tensor, axis: number) => boolean
  #size: Tensor | undefined

  constructor(graph: OnnxGraph, isBatch: (tensor: Tensor, axis: number) => boolean) {
    this.#graph = graph
    this.#isBatch = isBatch
  }

  /** Reshape works one extent out by itself. */
  ofReshape(extents: readonly Extent[]): Tensor {
    const single = extents.filter(({ perSample }) => perSample).length === 1
    return single
      ? this.#graph.int64(extents.map(({ count, perSample }) => (perSample ? -1 : count)))
      : this.of(extents)
  }

  of(extents: readonly Extent[]): Tensor {
    const graph = this.#graph
    const parts = extents.map(({ count, perSample }) => {
      if (!perSample) return graph.int64([count])
      return count === 1
        ? this.#batchSize()
        : graph.add('Mul', [this.#batchSize(), graph.int64([count])], { shape: [1] })
    })
    return graph.add('Concat', parts, { shape: [parts.length] }, { attributes: { axis: 0 } })
  }

  #batchSize(): Tensor {
    this.#size ??= this.#readBatchSize()
    return this.#size
  }

  #readBatchSize(): Tensor {
    const graph = this.#graph
    for (const tensor of graph.inputs.values()) {
      const axis = tensor.shape.findIndex((_, index) => this.#isBatch(tensor, index))
      if (axis === -1) continue
      const shape = graph.add('Shape', [tensor], { shape: [tensor.shape.length], type: 'int64' })
      return graph.add('Gather', [shape, graph.int64([axis])], { shape: [1] })
    }
    return graph.int64([1])
  }
}
