import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Transform } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { LockstepError } from '@lockstep/core/errors'
import { type Entry, openPromise, type ZipFile } from 'yauzl'

/** What of a wheel is unpacked, and how far it is. */
export interface UnpackOptions {
  /** The path that the file of that name goes to; `undefined` leaves it out. */
  readonly place: (name: string) => string | undefined
  readonly signal?: AbortSignal | undefined
  readonly progress?: (bytes: number, total: number) => void
}

/**
 * Unpacks files of a wheel and checks each against the SHA-256 in the wheel's RECORD. Throws
 * `invalid-data` where the wheel is damaged: cut off, a wrong hash, a file that RECORD does not list.
 */
export async function unpackWheel(path: string, options: UnpackOptions): Promise<void> {
  try {
    await unpack(path, options)
  } catch (cause) {
    options.signal?.throwIfAborted()
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS') throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LockstepError(
      'invalid-data',
      { source: path },
      `the wheel ${path} is damaged (${reason}); expected a whole one with the hashes of its RECORD. Delete it and download it again.`,
      { cause },
    )
  }
}

async function unpack(path: string, { place, signal, progress }: UnpackOptions): Promise<void> {
  const wheel = await openPromise(path, { autoClose: false })
  try {
    const entries: Entry[] = []
    for await (const entry of wheel.eachEntry()) entries.push(entry)
    const hashes = await readRecord(wheel, entries)
    const files = entries.flatMap((entry) => {
      const target = entry.fileName.endsWith('/') ? undefined : place(entry.fileName)
      return target === undefined ? [] : [{ entry, target }]
    })
    const total = files.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0)
    let done = 0
    for (const { entry, target } of files) {
      const expected = hashes.get(entry.fileName)
      const actual = await unpackFile(wheel, entry, target, signal, (bytes) => {
        done += bytes
        progress?.(done, total)
      })
      if (actual !== expected) throw new Error(`${entry.fileName} has SHA-256 ${actual}, RECORD says ${expected}`)
    }
  } finally {
    wheel.close()
  }
}

/** Writes one file and returns its SHA-256 as RECORD spells it: base64 for URLs, without padding. */
async function unpackFile(
  wheel: ZipFile,
  entry: Entry,
  target: string,
  signal: AbortSignal | undefined,
  count: (bytes: number) => void,
): Promise<string> {
  await mkdir(dirname(target), { recursive: true })
  const hash = createHash('sha256')
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk)
      count(chunk.length)
      next(null, chunk)
    },
  })
  const source = await wheel.openReadStreamPromise(entry)
  await pipeline(source, meter, createWriteStream(target), signal === undefined ? {} : { signal })
  return hash.digest('base64url')
}

/** SHA-256 by file name, of the list that every wheel carries (PEP 376): `name,sha256=…,bytes`. */
async function readRecord(wheel: ZipFile, entries: readonly Entry[]): Promise<ReadonlyMap<string, string>> {
  const record = entries.find(({ fileName }) => /^[^/]+\.dist-info\/RECORD$/.test(fileName))
  if (record === undefined) throw new Error('it has no RECORD')
  const text = (await buffer(await wheel.openReadStreamPromise(record))).toString('utf8')
  const lines = text.split('\n').map((line) => /^(.+),sha256=([\w-]+)=*,\d+\s*$/.exec(line))
  return new Map(lines.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? ''] as const] : [])))
}
