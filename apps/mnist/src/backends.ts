import { onnx } from '@lockstep/backend-onnx'
import { reference } from '@lockstep/backend-reference'
import type { Backend } from '@lockstep/core'
import type { Options } from './options.ts'

/** The backend the options name. */
export function chooseBackend({ backend, engine }: Pick<Options, 'backend' | 'engine'>): Backend {
  if (backend === 'reference') return reference()
  return onnx(engine === undefined ? {} : { engine })
}
