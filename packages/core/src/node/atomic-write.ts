import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LockstepError } from '../errors.ts'

/**
 * Writes a file so that `path` holds either what it held before or all of `bytes`, also after a crash or a power cut:
 * a new file beside it is written, forced to the disk and renamed over it. The folder must exist; a symbolic link at
 * `path` is replaced, not followed. Rejects with `unavailable` (the system's error as its cause), leaving nothing
 * behind.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`)
  try {
    await writeDurably(temporary, bytes)
    await rename(temporary, path)
    await syncFolder(folder)
  } catch (cause) {
    await unlink(temporary).catch(() => undefined)
    throw unwritable(path, cause)
  }
}

async function writeDurably(path: string, bytes: Uint8Array | string): Promise<void> {
  await withFile(path, 'wx', async (file) => {
    await file.writeFile(bytes)
    await file.sync()
  })
}

/** A rename is on the disk once its folder is. Windows cannot open folders, and writes its own without being asked. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await withFile(folder, 'r', (file) => file.sync())
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags)
  try {
    await use(file)
  } finally {
    await file.close()
  }
}

function unwritable(path: string, cause: unknown): LockstepError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const remedy = 'Check that the folder exists, may be written to and has room'
  const message = `${path} could not be written (${reason}); a file that was there is still whole. ${remedy}.`
  return new LockstepError('unavailable', { what: path, remedy }, message, { cause })
}
