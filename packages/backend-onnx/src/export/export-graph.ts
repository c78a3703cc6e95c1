import { type Graph, LockstepError } from '@lockstep/core'
import { lower } from '../lowering/lower.ts'
import { OnnxGraph } from '../lowering/onnx-graph.ts'
import { portKind, portLabel } from '../lowering/port-names.ts'
import { writeModel } from '../lowering/write-model.ts'
import { withDynamicBatch } from './dynamic-batch.ts'
import { foldConstants } from './fold-constants.ts'
import { weightsOf } from './weights.ts'

/** What {@link exportGraph} makes a file of. */
export interface GraphExport {
  /** The inference graph for a batch size: outputs only, no updates, nothing random. It is called for two sizes. */
  readonly build: (batchSize: number) => Graph
  /** The value of every state entry that the graph reads, in the entry's own order of elements. */
  readonly values: ReadonlyMap<string, Float32Array>
  /** The name in the file of a graph's input or output; default: the same. */
  readonly rename?: (name: string) => string
}

/** Two sizes that no other extent is likely to follow. */
const batchSizes = [2, 3] as const

/**
 * An ONNX file (opset 18, operations of the standard only) of an inference graph, with the weights inside and a batch
 * axis of any extent. Inputs and outputs have the graph's names, shapes and types: images are NHWC. Throws
 * `unsupported` when the graph trains, or depends on the batch size in a way that the file could not.
 */
export function exportGraph({ build, values, rename = (name) => name }: GraphExport): Uint8Array {
  const [first, second] = batchSizes.map((size) => portable(build(size), values, rename)) as [OnnxGraph, OnnxGraph]
  const { graph, symbol } = withDynamicBatch(first, second, batchSizes)
  return writeModel(foldConstants(graph), symbol)
}

/** The graph in standard operations, its state as constants, its ports under their own names. */
function portable(
  graph: Graph,
  values: ReadonlyMap<string, Float32Array>,
  rename: (name: string) => string,
): OnnxGraph {
  if (graph.updates.size > 0 || graph.randoms.length > 0) {
    throw new LockstepError(
      'unsupported',
      { feature: 'training graphs', by: 'exportGraph' },
      `exportGraph: the graph has ${graph.updates.size} updates and ${graph.randoms.length} random inputs; expected an inference graph with neither`,
    )
  }
  const lowered = lower(graph, { fusedMatMul: false, block: 0 })
  const result = new OnnxGraph()
  result.nodes.push(...lowered.nodes)
  for (const [tensor, data] of lowered.constants) result.constants.set(tensor, data)
  for (const [port, tensor] of lowered.inputs) {
    const label = portLabel(port)
    if (portKind(port) !== 'state') result.inputs.set(rename(label), tensor)
    else result.addConstant(tensor, weightsOf(label, tensor.shape, values), label)
  }
  for (const [port, tensor] of lowered.outputs) result.outputs.set(rename(portLabel(port)), tensor)
  return result
}
