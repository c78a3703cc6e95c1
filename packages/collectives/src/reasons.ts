import { type ErrorCode, type ErrorDetails, isLockstepError, LockstepError } from '@lockstep/core/errors'

/** A peer is gone; `how` completes the sentence: `was killed (its connection closed)`. */
export function peerLost(rank: number, how: string): LockstepError<'peer-lost'> {
  return new LockstepError(
    'peer-lost',
    { ranks: [rank] },
    `rank ${rank} ${how}; the group has ended: see what rank ${rank} printed last and start all ranks again`,
  )
}

/** What calls of a disposed object reject with. */
export function disposed(object: string): LockstepError<'disposed'> {
  return new LockstepError('disposed', { object }, `the ${object} was disposed; make a new one`)
}

/** Why a group ended, as bytes for other processes. */
export function encodeReason(reason: Error, rank: number): Uint8Array {
  const { code, details } = isLockstepError(reason) ? reason : { code: 'aborted', details: { rank } }
  return new TextEncoder().encode(JSON.stringify({ code, details, message: reason.message }))
}

/** The reason that {@link encodeReason} wrote, with its code, details and message. */
export function decodeReason(bytes: Uint8Array): LockstepError {
  const { code, details, message } = JSON.parse(new TextDecoder().decode(bytes)) as {
    code: ErrorCode
    details: ErrorDetails[ErrorCode]
    message: string
  }
  return new LockstepError(code, details, message)
}

/** A call took too long. */
export function timedOut(
  call: { readonly words: string; readonly operation: string; readonly rank: number; readonly milliseconds: number },
  awaited: readonly number[],
): LockstepError<'timed-out'> {
  const { words, operation, rank, milliseconds } = call
  const whom = awaited.length === 0 ? 'nobody' : `rank ${awaited.join(' and rank ')}`
  return new LockstepError(
    'timed-out',
    { operation, awaited },
    `${words} did not complete on rank ${rank} within ${milliseconds} ms: it waits for ${whom}; see what hangs there, or allow more time with timeoutMs`,
  )
}
