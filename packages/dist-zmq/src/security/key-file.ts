import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { LockstepError } from '@lockstep/core/errors'

const first = 'lockstep-key-1 '
const secretBytes = 32

/**
 * Writes a new shared secret: one line of text, readable by its owner alone (mode 0600). Every rank of a job needs the
 * same file; who has it may join. Refuses to overwrite a file.
 */
export function createKeyFile(path: string): void {
  try {
    writeFileSync(path, `${first}${randomBytes(secretBytes).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    const message = `cannot write the key file ${path}: ${(cause as Error).message}; give a path that does not exist yet, in a folder that can be written`
    throw new LockstepError('invalid-argument', { argument: 'path' }, message, { cause })
  }
}

/** The secret of a file that {@link createKeyFile} wrote; refuses files that anybody but their owner may open. */
export function readKeyFile(path: string): Uint8Array {
  const text = readPrivately(path)
  const secret = Buffer.from(text.slice(first.length).trim(), 'base64url')
  if (!text.startsWith(first) || secret.length !== secretBytes) {
    throw refused(path, 'is no key file of Lockstep', 'make one with createKeyFile and copy it to every host')
  }
  return secret
}

function readPrivately(path: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    throw refused(path, `cannot be read (${(cause as Error).message})`, 'give the path of a file made by createKeyFile')
  }
  try {
    const { mode } = fstatSync(file)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      throw refused(path, `may be opened by others than its owner (mode ${octal})`, `run \`chmod 600 ${path}\``)
    }
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

function refused(path: string, what: string, remedy: string): LockstepError<'invalid-data'> {
  return new LockstepError('invalid-data', { source: path }, `the key file ${path} ${what}; ${remedy}`)
}
