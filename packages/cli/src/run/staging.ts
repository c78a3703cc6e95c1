import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'

/** How names of folders in the making begin; then come the machine's name and the process. */
export const stagingPrefix = '.partial-'

/**
 * Gives `work` a new empty folder beside `target` and puts it in `target`'s place when `work` is done, in one rename;
 * what was there before is deleted. When `work` fails, `target` is as it was and the new folder is gone.
 */
export async function replaceFolder<T>(target: string, work: (folder: string) => Promise<T>): Promise<T> {
  const parent = dirname(target)
  await mkdir(parent, { recursive: true })
  await sweepStaging(parent)
  const folder = await mkdtemp(join(parent, `${stagingPrefix}${hostname()}-${process.pid}-`))
  try {
    const result = await work(folder)
    await swap(folder, target)
    return result
  } finally {
    await deleteFolder(folder)
  }
}

/** Deletes what processes of this machine that are no more left in the making. Returns the paths. */
export async function sweepStaging(parent: string): Promise<readonly string[]> {
  const names = await readdir(parent).catch(() => [])
  const stale = names.filter(isStale).map((name) => join(parent, name))
  await Promise.all(stale.map(deleteFolder))
  return stale
}

async function swap(folder: string, target: string): Promise<void> {
  const old = `${folder}-old`
  const wasThere = await rename(target, old).then(
    () => true,
    () => false,
  )
  try {
    await rename(folder, target)
  } catch (error) {
    if (wasThere) await rename(old, target)
    throw error
  }
  await deleteFolder(old)
}

function isStale(name: string): boolean {
  const own = `${stagingPrefix}${hostname()}-`
  if (!name.startsWith(own)) return false
  const id = Number.parseInt(name.slice(own.length), 10)
  return Number.isInteger(id) && id !== process.pid && !isAlive(id)
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    // A process of another user may not be signalled, but lives.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function deleteFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 })
}
