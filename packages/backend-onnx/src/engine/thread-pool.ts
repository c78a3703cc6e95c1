import { availableParallelism } from 'node:os'

/** Threads of the pool beyond those that runs occupy, for files and names. */
const spare = 2

/**
 * A run of the C API occupies a thread of libuv's pool, which has 4 unless `UV_THREADPOOL_SIZE` says otherwise before
 * its first use. Call this as early as possible. Node 20 has used the pool by then when the program is an ES module:
 * there the variable has to be set outside, if more than 4 runs are to go on at a time.
 */
export function raiseThreadPoolSize(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, availableParallelism() + spare))
}
