import { type EngineKind, onnx } from '@lockstep/backend-onnx'
import { reference } from '@lockstep/backend-reference'
import { type EngineName, engineNames, tfjs } from '@lockstep/backend-tfjs'
import { type Backend, unknownName } from '@lockstep/core'

export type BackendName = 'onnx' | 'tfjs' | 'reference'

/** The engines of each backend; the reference has but one, without a name. */
export const enginesOf: {
  readonly onnx: readonly EngineKind[]
  readonly tfjs: readonly EngineName[]
  readonly reference: readonly string[]
} = { onnx: ['c-api', 'js'], tfjs: engineNames, reference: [] }

/** The backend with that engine, or with the best that is installed. Throws `unknown-name` for another's engine. */
export function backendOf(name: BackendName, engine?: string): Backend {
  if (engine !== undefined && !(enginesOf[name] as readonly string[]).includes(engine)) {
    throw unknownName(`engine of backend ${name}`, engine, enginesOf[name])
  }
  if (name === 'reference') return reference()
  if (name === 'onnx') return onnx(engine === undefined ? {} : { engine: engine as EngineKind })
  return tfjs(engine === undefined ? {} : { engine: engine as EngineName })
}
