import { communicator, memoryGroup } from '@lockstep/collectives'
import type { Communicator } from '@lockstep/core'
import type { CommunicatorSettings } from '../collectives/communicator-test.ts'

/** A communicator with one mistake, and tests of the kit that must notice it. */
export interface CommunicatorFault {
  readonly mistake: string
  readonly group: (worldSize: number, settings: CommunicatorSettings) => Promise<readonly Communicator[]>
  readonly caughtBy: readonly [string, ...string[]]
}

/** What one rank does otherwise than the right one. */
export type Change = (inner: Communicator, settings: CommunicatorSettings) => Partial<Communicator>

/** Groups in memory with parts replaced; what ranks share is made in `changeOf`, once for every group. */
export function changed(changeOf: () => Change): CommunicatorFault['group'] {
  return async (worldSize, settings) => {
    const change = changeOf()
    return memoryGroup(worldSize).map((transport) => {
      const inner = communicator(transport, settings)
      return { ...delegate(inner), ...change(inner, settings) }
    })
  }
}

function delegate(inner: Communicator): Communicator {
  return {
    rank: inner.rank,
    worldSize: inner.worldSize,
    allReduce: (...of) => inner.allReduce(...of),
    allGather: (...of) => inner.allGather(...of),
    broadcast: (...of) => inner.broadcast(...of),
    send: (...of) => inner.send(...of),
    receive: (...of) => inner.receive(...of),
    abort: (reason) => inner.abort(reason),
    allocate: (length) => inner.allocate(length),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  }
}

/** Every rank's array, in rank order, as copies. */
export async function gatherFloats(
  inner: Communicator,
  send: Float32Array | Float64Array,
): Promise<ArrayLike<number>[]> {
  const blocks = await inner.allGather(new Uint8Array(send.buffer, send.byteOffset, send.byteLength))
  const Type = send instanceof Float64Array ? Float64Array : Float32Array
  return blocks.map((block) => new Type(block.slice().buffer, 0, Math.floor(block.length / Type.BYTES_PER_ELEMENT)))
}

/** `into` becomes the sum of arrays, added from the first to the last. */
export function addUp(into: Float32Array | Float64Array, terms: readonly ArrayLike<number>[]): void {
  const sum = into.slice().fill(0)
  for (const [index, term] of terms.entries()) {
    for (let at = 0; at < sum.length; at++) sum[at] = (index === 0 ? 0 : (sum[at] as number)) + (term[at] ?? 0)
  }
  into.set(sum as Float32Array & Float64Array)
}
