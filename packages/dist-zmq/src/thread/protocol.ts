import type { MessagePort } from 'node:worker_threads'
import type { Floats } from '@lockstep/collectives'
import type { Member } from '../control/member.ts'
import type { Reason } from '../reason.ts'
import type { GroupSettings } from './settings.ts'

/** A call of the communicator, as the main thread posts it; arrays lie in shared memory or are copies. */
export type Call =
  | (Sum & { readonly kind: 'allReduce' | 'reduceScatter' })
  | { readonly kind: 'allGather'; readonly block: Uint8Array; readonly timeoutMs?: number }
  | { readonly kind: 'broadcast'; readonly buffer: Uint8Array; readonly root: number; readonly timeoutMs?: number }
  | { readonly kind: 'barrier'; readonly timeoutMs?: number }
  | { readonly kind: 'send'; readonly to: number; readonly tag: number; readonly block: Uint8Array }
  | { readonly kind: 'receive'; readonly from: number; readonly tag: number }

/** The arrays of a call that sums. */
export interface Sum {
  readonly send: Floats
  readonly receive: Floats
  readonly timeoutMs?: number
  /** Numbers of the allocated memories that they lie in: shared memory that is posted arrives as another object. */
  readonly windows: { readonly send: number | undefined; readonly receive: number | undefined }
}

/** What the main thread posts. */
export type Command =
  | { readonly kind: 'call'; readonly id: number; readonly call: Call }
  /** The answer comes through a port of its own, for which the main thread waits: it is an array in shared memory. */
  | { readonly kind: 'allocate'; readonly window: number; readonly length: number }
  /** The main thread waits until it is done, so that nobody writes there meanwhile. */
  | { readonly kind: 'share'; readonly array: Float32Array }
  | { readonly kind: 'abort'; readonly reason: Reason }
  /** Leave in peace, close everything and end the thread. */
  | { readonly kind: 'leave' }

/** The answer to `allocate`, by the number that the main thread has given it; no array where the group has ended. */
export interface Allocation {
  readonly window: number
  readonly array: Float32Array | undefined
}

/** What the communication thread answers. */
export type Answer =
  | { readonly kind: 'formed'; readonly group: GroupInfo }
  | { readonly kind: 'failed'; readonly reason: Reason }
  | { readonly kind: 'done'; readonly id: number; readonly value?: Uint8Array | readonly Uint8Array[] }
  | { readonly kind: 'rejected'; readonly id: number; readonly reason: Reason }
  /** No more calls are possible. */
  | { readonly kind: 'closed'; readonly reason: Reason }
  | { readonly kind: 'log'; readonly line: string }

/** What the ranks know of their group. */
export interface GroupInfo {
  readonly generation: number
  readonly members: readonly Member[]
  /** Lane to every rank, by rank; of this one itself an empty word. */
  readonly lanes: readonly string[]
}

/** What a communication thread is given. */
export interface ThreadData {
  readonly settings: GroupSettings
  readonly shared: SharedArrayBuffer
  /** Takes arrays that were allocated. */
  readonly allocations: MessagePort
}

/** Places in the memory that both threads share. */
export const board = { closed: 0, allocated: 1, sharing: 2, bytes: 24 } as const
/** Place, in float64s, of the number of bytes sent. */
export const bytesSentAt = 2
/** States of `board.sharing`. The communication thread begins only what is still asked for. */
export const sharing = { givenUp: 0, asked: 1, begun: 2, done: 3 } as const
