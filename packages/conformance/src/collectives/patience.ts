import { isLockstepError, type LockstepError } from '@lockstep/core'

/** What a promise resolves with; throws when it has not settled after so many milliseconds. */
export async function within<T>(milliseconds: number, what: string, promise: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} has not settled after ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The error that a promise rejects with; throws when it resolves, or hangs. */
export async function rejectionOf(
  milliseconds: number,
  what: string,
  promise: PromiseLike<unknown>,
): Promise<LockstepError | Error> {
  const outcome = promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  const error = await within(milliseconds, what, outcome)
  if (error === undefined) throw new Error(`${what} succeeded, but had to reject`)
  if (error instanceof Error) return error
  throw new Error(`${what} rejected with ${String(error)}, which is no error`)
}

/** Throws unless the error has this code and its message holds all of these. */
export function expectReason(what: string, error: Error, code: string | undefined, ...parts: readonly string[]): void {
  const got = isLockstepError(error) ? error.code : error.name
  if (code !== undefined && got !== code)
    throw new Error(`${what}: expected code '${code}', got ${got}: ${error.message}`)
  const missing = parts.filter((part) => !error.message.includes(part))
  if (missing.length > 0) throw new Error(`${what}: the message does not say ${missing.join(', ')}: ${error.message}`)
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
