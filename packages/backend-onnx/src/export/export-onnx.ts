import type { Graph } from '@lockstep/core'
import { exportGraph } from './export-graph.ts'

/** The part of a model that an export needs. */
export interface ExportableModel {
  /** From `x/<input>` and the weights in the state to one output for each of the model's, for that many samples. */
  inferenceGraph(batchSize: number): Graph
  namedWeights(): Promise<ReadonlyMap<string, Float32Array>>
}

/**
 * A model as the bytes of a plain ONNX file (opset 18, operations of the standard only), for any runtime: weights
 * inside, inputs and outputs under the model's names for them, images NHWC, a batch axis of any extent. Rejects with
 * `unsupported` when the model depends on the batch size in a way that one file cannot.
 */
export async function exportOnnx(model: ExportableModel): Promise<Uint8Array> {
  return exportGraph({
    build: (batchSize) => model.inferenceGraph(batchSize),
    values: await model.namedWeights(),
    rename: (name) => name.replace(/^x\//, ''),
  })
}
