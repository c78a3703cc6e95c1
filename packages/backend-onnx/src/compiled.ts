import type { DType, Graph, Shape } from '@lockstep/core'
import type { Engine, Session, SessionOptions } from './engine/engine.ts'
import { looped } from './lowering/loop.ts'
import { lower } from './lowering/lower.ts'
import type { LoweringOptions } from './lowering/lowering.ts'
import { type PortKind, portKind, portLabel } from './lowering/port-names.ts'
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
}

/** A graph as a session. It owns no state, so that replicas share it. */
export interface Compiled {
  readonly session: Session
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

export interface CompileOptions {
  /** Fused runs. */
  readonly steps: number
  readonly lowering: LoweringOptions
  readonly session: SessionOptions
}

export async function compile(engine: Engine, graph: Graph, options: CompileOptions): Promise<Compiled> {
  const once = lower(graph, options.lowering)
  const onnx = options.steps === 1 ? once : looped(once, options.steps)
  const session = await engine.load(writeModel(onnx), options.session)
  return { session, inputs: portsOf(onnx.inputs), outputs: portsOf(onnx.outputs) }
}

function portsOf(tensors: ReadonlyMap<string, Tensor>): readonly Port[] {
  return Array.from(tensors, ([name, { type, shape }]) => ({
    name,
    kind: portKind(name),
    label: portLabel(name),
    // int64 exists inside models only.
    dtype: type as DType,
    shape,
  }))
}
