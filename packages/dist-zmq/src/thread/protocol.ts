import type { MessagePort } from 'node:worker_threads'
import type { Floats } from '@lockstep/collectives'
import type { Member } from '../control/member.ts'
import type { Reason } from '../reason.ts'
import type { GroupSettings } from './settings.ts'

/** A call of the communicator, as the main thread posts it; arrays lie in shared memory or are copies. */
export type Call =
  | { readonly kind: 'allReduce'; readonly send: Floats; readonly receive: Floats; readonly timeoutMs?: number }
  | { readonly kind: 'reduceScatter'; readonly send: Floats; readonly receive: Floats; readonly timeoutMs?: number }
  | { readonly kind: 'allGather'; readonly block: Uint8Array; readonly timeoutMs?: number }
  | { readonly kind: 'broadcast'; readonly buffer: Uint8Array; readonly root: number; readonly timeoutMs?: number }
  | { readonly kind: 'barrier'; readonly timeoutMs?: number }
  | { readonly kind: 'send'; readonly to: number; readonly tag: number; readonly block: Uint8Array }
  | { readonly kind: 'receive'; readonly from: number; readonly tag: number }

/** What the main thread posts. */
export type Command =
  | { readonly kind: 'call'; readonly id: number; readonly call: Call }
  /** The answer comes through a port of its own, for which the main thread waits: it is an array in shared memory. */
  | { readonly kind: 'allocate'; readonly length: number }
  | { readonly kind: 'abort'; readonly reason: Reason }
  /** Leave in peace, close everything and end the thread. */
  | { readonly kind: 'leave' }

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
  /** Whether the lane has memory of its own to give, which it reads without a copy. */
  readonly allocates: boolean
}

/** What a communication thread is given. */
export interface ThreadData {
  readonly settings: GroupSettings
  readonly shared: SharedArrayBuffer
  /** Takes arrays that were allocated. */
  readonly allocations: MessagePort
}

/** Places in the memory that both threads share. */
export const board = { closed: 0, allocated: 1, bytes: 16 } as const
/** Place, in float64s, of the number of bytes sent. */
export const bytesSentAt = 1
