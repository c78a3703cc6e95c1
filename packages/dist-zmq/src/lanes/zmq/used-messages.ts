import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Bytes of messages that may lie about. zeromq.js and V8 each count them as external memory; when the two counts have
 * grown by 64 MB, V8 stops the thread to mark its whole heap, and discards code it had compiled.
 */
const limitBytes = 16 * 1024 * 1024

let usedBytes = 0
let collectYoung: (() => void) | undefined

/** Says that a message which this thread received is of no more use; frees those before it when they have become many. */
export function messageUsed(byteLength: number): void {
  usedBytes += byteLength
  if (usedBytes < limitBytes) return
  usedBytes = 0
  collectYoung ??= youngCollector()
  collectYoung()
}

/** V8's own way to collect what was made lately: it gives it to every context that is made while the flag stands. */
function youngCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void
  setFlagsFromString('--no-expose-gc')
  return () => collect({ type: 'minor' })
}
