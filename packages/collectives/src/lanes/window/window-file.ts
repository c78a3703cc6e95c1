import { randomBytes } from 'node:crypto'
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { LockstepError } from '@lockstep/core/errors'

/** Where Linux keeps files in memory. */
export const sharedMemoryFolder = '/dev/shm'

const prefix = 'lockstep-'
/** Files of dead processes that are so old are of no use to anybody: joining takes seconds. */
const staleMs = 600_000

/** A new name for a window's files, in a folder. */
export function windowPath(folder: string): string {
  removeStale(folder)
  return join(folder, `${prefix}${process.pid}-${randomBytes(16).toString('hex')}`)
}

/**
 * Makes a file that nobody else may open, of `byteLength` zeros which are really there: memory mapped from a file that
 * the system cannot fill kills the process that touches it. Throws `unavailable` where there is no room.
 */
export function createWindowFile(
  path: string,
  byteLength: number,
  fill: (write: (at: number, bytes: Uint8Array) => void) => void,
): void {
  const file = openSync(path, 'wx+', 0o600)
  try {
    fillWithZeros(file, 0, byteLength)
    fill((at, bytes) => {
      writeSync(file, bytes, 0, bytes.byteLength, at)
    })
  } catch (cause) {
    rmSync(path, { force: true })
    throw noRoom(path, byteLength, cause)
  } finally {
    closeSync(file)
  }
}

/** Opens a window's file. Throws `invalid-data` when it is not a file of this user's alone. */
export function openWindowFile(path: string): number {
  const file = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW)
  const { uid, mode } = fstatSync(file)
  const own = basename(path).startsWith(prefix) && uid === process.getuid?.() && (mode & 0o077) === 0
  if (own) return file
  closeSync(file)
  throw new LockstepError(
    'invalid-data',
    { source: path },
    `${path} belongs to user ${uid} with mode ${(mode & 0o777).toString(8)}; expected a file that only user ${process.getuid?.()} may open`,
  )
}

/** Takes the name away from a file; those who have it open keep it. */
export function removeWindowFile(path: string): void {
  rmSync(path, { force: true })
}

/** Writes zeros, which makes the system provide the memory now or refuse. */
export function fillWithZeros(file: number, start: number, byteLength: number): void {
  const zeros = new Uint8Array(Math.min(byteLength, 1 << 20))
  for (let at = 0; at < byteLength; ) {
    at += writeSync(file, zeros, 0, Math.min(zeros.byteLength, byteLength - at), start + at)
  }
}

/** Writes all of the bytes, or throws. */
export function writeWhole(file: number, start: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at, bytes.byteLength - at, start + at)
}

function noRoom(path: string, byteLength: number, cause: unknown): Error {
  const remedy = 'give it more (docker run --shm-size=1g), or use the tcp lane'
  return new LockstepError(
    'unavailable',
    { what: path, remedy },
    `${byteLength} bytes of shared memory are not to be had at ${path}: ${(cause as Error).message}; ${remedy}`,
    { cause },
  )
}

/** Removes what processes that were killed while they joined have left behind. */
function removeStale(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = /^lockstep-(\d+)-[0-9a-f]{32}/.exec(name) ?? []
    if (pid === undefined || runs(Number(pid))) continue
    const path = join(folder, name)
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found && found.uid === process.getuid?.() && Date.now() - found.mtimeMs > staleMs) rmSync(path, { force: true })
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
