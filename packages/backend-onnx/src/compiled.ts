import type { DType, Graph, Shape } from '@lockstep/core'
import { looped } from './lowering/loop.ts'
import { lower } from './lowering/lower.ts'
import type { LoweringOptions } from './lowering/lowering.ts'
import type { OnnxGraph } from './lowering/onnx-graph.ts'
import { type PortKind, portKind, portLabel, portName } from './lowering/port-names.ts'
import type { Tensor } from './lowering/tensor.ts'
import { writeModel } from './lowering/write-model.ts'

/** An input or output of a compiled graph. */
export interface Port {
  /** Its name in the ONNX model. */
  readonly name: string
  readonly kind: PortKind
  /** Its name in the graph. */
  readonly label: string
  readonly dtype: DType
  readonly shape: Shape
  /** It updates an entry of the state that the graph also reads. */
  readonly rewrites: boolean
}

/** A graph as a session. It owns no state, so that replicas share it. */
export interface Compiled<S> {
  readonly session: S
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

export interface CompileOptions {
  /** Fused runs. */
  readonly steps: number
  readonly lowering: LoweringOptions
}

/** Lowers a graph and has the model made a session. */
export async function compile<S>(
  load: (model: Uint8Array) => Promise<S>,
  graph: Graph,
  { steps, lowering }: CompileOptions,
): Promise<Compiled<S>> {
  const once = lower(graph, lowering)
  const onnx = steps === 1 ? once : looped(once, steps)
  const session = await load(writeModel(onnx))
  return { session, inputs: portsOf(onnx.inputs, onnx), outputs: portsOf(onnx.outputs, onnx) }
}

function portsOf(tensors: ReadonlyMap<string, Tensor>, { inputs }: OnnxGraph): readonly Port[] {
  return Array.from(tensors, ([name, { type, shape }]) => {
    const [kind, label] = [portKind(name), portLabel(name)]
    const rewrites = kind === 'update' && inputs.has(portName('state', label))
    // int64 exists inside models only.
    return { name, kind, label, dtype: type as DType, shape, rewrites }
  })
}
