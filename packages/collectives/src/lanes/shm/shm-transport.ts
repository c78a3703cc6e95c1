import { closeSync } from 'node:fs'
import type { Transport } from '../../transport.ts'
import type { LaneOptions } from '../lane-options.ts'
import { allHere } from '../window/all-here.ts'
import { type SectionLayout, sectionLayout, windowSizes } from '../window/layout.ts'
import { identityOf, Members } from '../window/members.ts'
import { Summation } from '../window/summation.ts'
import {
  createWindowFile,
  openWindowFile,
  removeWindowFile,
  sharedMemoryFolder,
  windowPath,
} from '../window/window-file.ts'
import { WindowTransport } from '../window/window-transport.ts'
import { Arenas, arenaIndexBytes } from './arenas.ts'
import { loadLibc } from './libc.ts'
import { MappedAdder } from './mapped-adder.ts'
import { MappedMemory } from './mapped-memory.ts'
import { MappedWindow } from './mapped-window.ts'

/** What all members of a window say of it. */
export interface WindowOptions extends LaneOptions {
  /** Ranks that share the window, the same list for all of them; default: every rank of the group. */
  readonly ranks?: readonly number[]
}

export interface JoinOptions extends WindowOptions {
  /** What {@link createShmWindow} has returned, to whichever rank. */
  readonly path: string
  /** How long to wait for the others, in milliseconds; default 10 000. */
  readonly timeoutMs?: number
  /**
   * The longest sleep in milliseconds while nothing happens; default 5. A thread that serves other lanes too should be
   * given less, for it does not serve them meanwhile; where the others are in the same thread it must be 0.
   */
  readonly longestSleepMs?: number
}

const chunkBytes = 262_144

/**
 * Makes a window for ranks of this host and returns its path, to be given to all of them, the own one included. Only
 * processes of this user can open it, and once all have joined it has no name any more, so that nothing is left behind
 * however they end. Throws `unavailable` where shared memory is short.
 */
export function createShmWindow(options: WindowOptions): string {
  const layout = layoutOf(ranksOf(options).length)
  const path = windowPath(sharedMemoryFolder)
  const byteLength = layout.members * layout.sectionBytes + arenaIndexBytes
  createWindowFile(path, byteLength, (write) => {
    const identity = identityOf(options, layout)
    for (let member = 0; member < layout.members; member++) {
      write(member * layout.sectionBytes + layout.identity, identity)
    }
  })
  return path
}

/**
 * Joins a window and waits for the others. The thread that this is called in waits for messages by blocking, some
 * milliseconds at a time: it should have nothing else to do than to communicate. Needs `shmAvailable`.
 *
 * Rejects with `rank-mismatch` when the window is of another job, generation or number of ranks, `timed-out` naming who
 * has not joined in time.
 */
export async function joinShmWindow(options: JoinOptions): Promise<Transport> {
  const ranks = ranksOf(options)
  const layout = layoutOf(ranks.length)
  const libc = await loadLibc()
  const file = openWindowFile(options.path)
  try {
    const end = layout.members * layout.sectionBytes + arenaIndexBytes
    const memory = new MappedMemory(libc, file, end)
    const window = new MappedWindow(ranks.indexOf(options.rank), libc, memory, layout, file, options.longestSleepMs)
    const members = new Members(window, layout, options, ranks)
    members.join()
    await allHere(members, options)
    removeWindowFile(options.path)
    const whole = ranks.length === options.worldSize && ranks.length > 1
    const arenas = new Arenas(memory, file, layout)
    return new WindowTransport(options, {
      lane: 'shm',
      window,
      layout,
      members,
      summation: whole ? new Summation(window, layout, new MappedAdder(libc, memory, arenas), ranks) : undefined,
      allocate: (byteLength) => arenas.allocate(byteLength),
    })
  } catch (error) {
    removeWindowFile(options.path)
    closeSync(file)
    throw error
  }
}

function layoutOf(members: number): SectionLayout {
  return sectionLayout(windowSizes(members, chunkBytes))
}

function ranksOf({ ranks, worldSize }: WindowOptions): readonly number[] {
  return ranks ?? Array.from({ length: worldSize }, (_, rank) => rank)
}
