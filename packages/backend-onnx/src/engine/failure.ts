import { LockstepError } from '@lockstep/core'

/** An `engine-failure` that says what was tried. */
export function engineFailure(
  engine: string,
  what: string,
  message: string,
  cause?: unknown,
): LockstepError<'engine-failure'> {
  return new LockstepError('engine-failure', { engine }, `ONNX Runtime failed to ${what}: ${message}`, { cause })
}
