import type { Floats, GroupCommunicator } from '@lockstep/collectives'
import type { CollectiveOptions } from '@lockstep/core'
import type { Call } from '../thread/protocol.ts'

/** Makes a call that the main thread posted; resolves with what is to be posted back. `windows` are the memories that were allocated. */
export async function serve(
  communicator: GroupCommunicator,
  windows: ReadonlyMap<number, ArrayBufferLike>,
  call: Call,
): Promise<Uint8Array | readonly Uint8Array[] | undefined> {
  const options: CollectiveOptions =
    'timeoutMs' in call && call.timeoutMs !== undefined ? { timeoutMs: call.timeoutMs } : {}
  switch (call.kind) {
    case 'allReduce':
    case 'reduceScatter': {
      const send = within(windows.get(call.windows.send ?? -1), call.send)
      await communicator[call.kind](send, within(windows.get(call.windows.receive ?? -1), call.receive), options)
      return undefined
    }
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

/** The array as part of the memory that it lies in, which the lane knows by its own object. */
function within(window: ArrayBufferLike | undefined, array: Floats): Floats {
  if (window === undefined) return array
  const { byteOffset, length } = array
  return array instanceof Float64Array
    ? new Float64Array(window, byteOffset, length)
    : new Float32Array(window, byteOffset, length)
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
