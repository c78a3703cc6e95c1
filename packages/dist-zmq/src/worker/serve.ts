import type { GroupCommunicator } from '@lockstep/collectives'
import type { CollectiveOptions } from '@lockstep/core'
import type { Call } from '../thread/protocol.ts'

/** Makes a call that the main thread posted; resolves with what is to be posted back. */
export async function serve(
  communicator: GroupCommunicator,
  call: Call,
): Promise<Uint8Array | readonly Uint8Array[] | undefined> {
  const options: CollectiveOptions =
    'timeoutMs' in call && call.timeoutMs !== undefined ? { timeoutMs: call.timeoutMs } : {}
  switch (call.kind) {
    case 'allReduce':
      await communicator.allReduce(call.send, call.receive, options)
      return undefined
    case 'reduceScatter':
      await communicator.reduceScatter(call.send, call.receive, options)
      return undefined
    case 'allGather':
      return await communicator.allGather(call.block, options)
    case 'broadcast':
      await communicator.broadcast(call.buffer, call.root, options)
      return undefined
    case 'barrier':
      await communicator.barrier(options)
      return undefined
    case 'send':
      await communicator.send(call.to, call.tag, call.block)
      return undefined
    case 'receive':
      return await communicator.receive(call.from, call.tag)
  }
}

/** A call in words, for messages about one that does not get on. */
export function showCall(call: Call): string {
  if (call.kind === 'allReduce' || call.kind === 'reduceScatter') {
    const dtype = call.send instanceof Float64Array ? 'float64' : 'float32'
    return `${call.kind} of ${call.send.length} ${dtype}`
  }
  if (call.kind === 'broadcast') return `broadcast of ${call.buffer.byteLength} bytes from rank ${call.root}`
  return call.kind
}
