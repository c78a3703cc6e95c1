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
import { FileAdder } from './file-adder.ts'
import { FileWindow } from './file-window.ts'

const chunkBytes = 1_048_576

/**
 * Makes the files of a window, for ranks of this host, and returns what to give to all of them as `path`. Each member
 * has a file of its own, for the system lets one at a time write to a file. Otherwise as `createShmWindow`.
 */
export function createFileWindow(options: WindowOptions, folder: string = sharedMemoryFolder): string {
  const layout = layoutOf(options, chunkBytes)
  const path = windowPath(folder)
  const identity = identityOf(options, layout)
  for (let member = 0; member < layout.members; member++)
    createWindowFile(partOf(path, member), layout.sectionBytes, (write) => write(layout.identity, identity))
  return path
}

/** Joins a window of files as `joinShmWindow` joins one of memory; needs nothing but a file system that both see. */
export async function joinFileWindow(options: JoinOptions): Promise<Transport> {
  const [ranks, layout] = [ranksOf(options), layoutOf(options, chunkBytes)]
  const files: number[] = []
  try {
    for (const member of ranks.keys()) files.push(openWindowFile(partOf(options.path, member)))
    const window = new FileWindow(ranks.indexOf(options.rank), files, options.longestSleepMs ?? defaultSleepMs)
    const members = new Members(window, layout, options, ranks)
    members.join()
    await allHere(members, options)
    return new WindowTransport(options, {
      lane: 'file',
      window,
      layout,
      members,
      summation: isWhole(options) ? new Summation(window, layout, new FileAdder(window, layout), ranks) : undefined,
      allocate: undefined,
      adopt: undefined,
    })
  } catch (error) {
    for (const file of files) closeSync(file)
    throw error
  } finally {
    for (const member of ranks.keys()) removeWindowFile(partOf(options.path, member))
  }
}

function partOf(path: string, member: number): string {
  return `${path}.${member}`
}
