import { type EngineKind, onnx } from '@lockstep/backend-onnx'
import { reference } from '@lockstep/backend-reference'
import { type EngineName, engineNames, tfjs } from '@lockstep/backend-tfjs'
import { type Backend, unknownName } from '@lockstep/core'

/** What can compute, with the engines of each; the reference has one that needs no name. */
export const engines: {
  readonly onnx: readonly EngineKind[]
  readonly tfjs: readonly EngineName[]
  readonly reference: readonly never[]
} = { onnx: ['c-api', 'js'], tfjs: engineNames, reference: [] }

export type BackendName = keyof typeof engines

/** A backend and, unless it may choose the best one that is installed, its engine. */
export interface BackendChoice {
  readonly backend: BackendName
  readonly engine?: string
}

/** The backend that was chosen. Throws `unknown-name` with the nearest name for an engine that it does not have. */
export function chooseBackend({ backend, engine }: BackendChoice): Backend {
  if (engine !== undefined && !(engines[backend] as readonly string[]).includes(engine)) {
    throw unknownName(`engine of backend ${backend}`, engine, engines[backend], whoHas(engine))
  }
  if (backend === 'reference') return reference()
  if (backend === 'onnx') return onnx(engine === undefined ? {} : { engine: engine as EngineKind })
  return tfjs(engine === undefined ? {} : { engine: engine as EngineName })
}

function whoHas(engine: string): string {
  const owner = Object.entries(engines).find(([, names]) => (names as readonly string[]).includes(engine))?.[0]
  return owner === undefined ? '' : `'${engine}' is one of --backend ${owner}`
}
