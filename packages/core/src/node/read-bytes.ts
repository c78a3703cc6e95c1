import { readFile } from 'node:fs/promises'
import { LockstepError } from '../errors.ts'

/** A file's bytes; rejects with `unavailable` naming the path when it cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new LockstepError(
      'unavailable',
      { what: path, remedy: 'check the path' },
      `cannot read ${path}: ${reason}; check the path`,
      {
        cause: error,
      },
    )
  }
}
