import type { CollectiveOptions, Communicator } from '@lockstep/core'
import type { Group, GroupTest } from './group.ts'

/** What a group of communicators is made with. */
export interface CommunicatorSettings {
  /** Milliseconds that a call may take; where it is not given, what the implementation does by default. */
  readonly timeoutMs?: number
}

export type CommunicatorTest = GroupTest<Communicator, CommunicatorSettings>
export type CommunicatorGroup = Group<Communicator>

/** All-reduce on every rank at once, each with its own arrays. */
export async function reduceAll<A extends Float32Array | Float64Array>(
  { each }: CommunicatorGroup,
  send: readonly A[],
  receive?: readonly A[],
  options?: CollectiveOptions,
): Promise<void> {
  await each('all-reduce', (member, rank) => member.allReduce(send[rank] as A, receive?.[rank], options))
}
