import type { LaneOptions } from '../lane-options.ts'
import { type SectionLayout, sectionLayout, windowSizes } from './layout.ts'

/** What all members of a window say of it. */
export interface WindowOptions extends LaneOptions {
  /** Ranks that share the window, the same list for all of them; default: every rank of the group. */
  readonly ranks?: readonly number[]
}

/** How a member joins a window. */
export interface JoinOptions extends WindowOptions {
  /** What the maker of the window was given for all. */
  readonly path: string
  /** How long to wait for the others, in milliseconds; default 10 000. */
  readonly timeoutMs?: number
  /**
   * The longest sleep in milliseconds while nothing happens; default 5. A thread that serves other lanes too should be
   * given less, for it does not serve them meanwhile; where the others are in the same thread it must be 0.
   */
  readonly longestSleepMs?: number
}

export const defaultSleepMs = 5

/** The ranks of a window, member by member. */
export function ranksOf({ ranks, worldSize }: WindowOptions): readonly number[] {
  return ranks ?? Array.from({ length: worldSize }, (_, rank) => rank)
}

/** The layout that all members find alike. */
export function layoutOf(options: WindowOptions, chunkBytes: number): SectionLayout {
  return sectionLayout(windowSizes(ranksOf(options).length, chunkBytes))
}

/** Whether the members can sum for the whole group. */
export function isWhole(options: WindowOptions): boolean {
  const { length } = ranksOf(options)
  return length === options.worldSize && length > 1
}
