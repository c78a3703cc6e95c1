import { closeSync } from 'node:fs'
import type { Transport } from '../../transport.ts'
import { allHere } from '../window/all-here.ts'
import {
  defaultSleepMs,
  isWhole,
  type JoinOptions,
  layoutOf,
  ranksOf,
  type WindowOptions,
} from '../window/join-options.ts'
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

const chunkBytes = 262_144

/**
 * Makes a window for ranks of this host and returns its path, to be given to all of them, the own one included. Only
 * processes of this user can open it, and once all have joined it has no name any more, so that nothing is left behind
 * however they end. Throws `unavailable` where shared memory is short.
 */
export function createShmWindow(options: WindowOptions): string {
  const layout = layoutOf(options, chunkBytes)
  const path = windowPath(sharedMemoryFolder)
  const byteLength = layout.members * layout.sectionBytes + arenaIndexBytes
  createWindowFile(path, byteLength, (write) => {
    const identity = identityOf(options, layout)
    for (let member = 0; member < layout.members; member++)
      write(member * layout.sectionBytes + layout.identity, identity)
  })
  return path
}

/**
 * Joins a window and waits for the others. The thread that this is called in waits for messages by blocking, some
 * milliseconds at a time: it should have nothing else to do than to communicate. Needs `shmAvailable`.
 *
 * `allReduce` sums where arrays lie when they are from `allocate`, also when their buffer went to another thread
 * meanwhile; other arrays pass through the window. Rejects with `rank-mismatch` when the window is of another job,
 * generation or number of ranks, with `timed-out` naming who has not joined in time.
 */
export async function joinShmWindow(options: JoinOptions): Promise<Transport> {
  const libc = await loadLibc()
  const file = openWindowFile(options.path)
  try {
    const [ranks, layout] = [ranksOf(options), layoutOf(options, chunkBytes)]
    const memory = new MappedMemory(libc, file, layout.members * layout.sectionBytes + arenaIndexBytes)
    const sleepMs = options.longestSleepMs ?? defaultSleepMs
    const window = new MappedWindow(ranks.indexOf(options.rank), { libc, memory, layout, file, sleepMs })
    const members = new Members(window, layout, options, ranks)
    members.join()
    await allHere(members, options)
    const arenas = new Arenas(memory, file, layout)
    const adder = new MappedAdder(libc, memory, arenas)
    return new WindowTransport(options, {
      lane: 'shm',
      window,
      layout,
      members,
      summation: isWhole(options) ? new Summation(window, layout, adder, ranks) : undefined,
      allocate: (byteLength) => arenas.allocate(byteLength),
      adopt: (bytes) => arenas.adopt(bytes),
    })
  } catch (error) {
    closeSync(file)
    throw error
  } finally {
    removeWindowFile(options.path)
  }
}
