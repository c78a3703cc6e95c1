import { type ErrorCode, type ErrorDetails, isLockstepError, LockstepError } from '@lockstep/core/errors'

/** An error as data, for other threads and processes. */
export interface Reason {
  readonly code: ErrorCode
  readonly details: ErrorDetails[ErrorCode]
  readonly message: string
}

/** The error as data; errors that are not ours become `aborted` by that rank. */
export function toReason(error: unknown, rank: number): Reason {
  if (isLockstepError(error)) return { code: error.code, details: error.details, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'aborted', details: { rank }, message }
}

/** The error that {@link toReason} was given. */
export function fromReason({ code, details, message }: Reason): LockstepError {
  return new LockstepError(code, details, message)
}
