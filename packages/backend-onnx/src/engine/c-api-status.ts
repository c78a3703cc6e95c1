import type { CApi } from './c-api-functions.ts'
import { engineFailure } from './failure.ts'

/** Throws `engine-failure` unless the status is success; the status is released. */
export function check(api: CApi, what: string, status: bigint | null): void {
  if (status === null) return
  const message = api.getErrorMessage(status)
  api.releaseStatus(status)
  throw engineFailure('c-api', what, message)
}

/** Calls a function that writes the address of what it makes to its last parameter. */
export function make(api: CApi, what: string, create: (result: BigUint64Array) => bigint | null): bigint {
  const result = new BigUint64Array(1)
  check(api, what, create(result))
  return result[0] as bigint
}

type Done = (error: Error | null, status: bigint | null) => void

/** Starts a function on libuv's thread pool; resolves when it is through, rejects as {@link check} throws. */
export function finished(api: CApi, what: string, start: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error, status) => {
      try {
        if (error !== null) throw error
        resolve(check(api, what, status))
      } catch (failure) {
        reject(failure)
      }
    })
  })
}
