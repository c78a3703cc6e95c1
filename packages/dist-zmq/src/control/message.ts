import type { Reason } from '../reason.ts'
import type { Hello, Member } from './member.ts'

/** How far a rank is. */
export interface Progress {
  /** Calls of all ranks that it has begun. */
  readonly begun: number
  readonly overdue?: Overdue
}

/** A call of all ranks that has waited too long. */
export interface Overdue {
  /** In words. */
  readonly call: string
  /** Which of the rank's calls of all ranks, from 1. */
  readonly number: number
  /** How long it may wait. */
  readonly waitedMs: number
}

/** What the ranks say to the hub. */
export type ToHub =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'exchange'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'abort'; readonly reason: Reason }
  | { readonly kind: 'leave' }

/** What the hub says to a rank. */
export type FromHub =
  | { readonly kind: 'refused'; readonly reason: Reason }
  | { readonly kind: 'welcome'; readonly welcome: Welcome }
  | { readonly kind: 'exchanged'; readonly name: string; readonly values: readonly unknown[] }
  | { readonly kind: 'beat' }
  /** How far are you? */
  | { readonly kind: 'ask' }
  | { readonly kind: 'aborted'; readonly reason: Reason }
  | { readonly kind: 'left' }
  | { readonly kind: 'hubLeft' }

/** The group, as the hub tells everybody when all ranks are there. */
export interface Welcome {
  /** Grows with every group of the job. */
  readonly generation: number
  /** Random, new for every group, told to its members alone. */
  readonly token: string
  readonly members: readonly Member[]
  readonly timeoutMs: number
}

/** One frame: the generation that the sender belongs to (0 before there is one), and the message. */
export function encode(generation: number, message: ToHub | FromHub): Buffer {
  return Buffer.from(JSON.stringify([generation, message]))
}

/** What a frame says, or undefined for bytes that are none of ours: strangers may write anything. */
export function decode<Message extends ToHub | FromHub>(
  frame: Buffer | undefined,
): { readonly generation: number; readonly message: Message } | undefined {
  try {
    const value: unknown = JSON.parse(frame?.toString() ?? '')
    if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'number') return undefined
    if (typeof value[1] !== 'object' || value[1] === null || typeof value[1].kind !== 'string') return undefined
    return { generation: value[0], message: value[1] as Message }
  } catch {
    return undefined
  }
}
