import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LockstepError } from '@lockstep/core'
import { unpackIdx } from './idx.ts'
import { forEachPart, type MnistBytes, type MnistFiles, mnistFiles } from './mnist-files.ts'

/** The bytes of one file, unpacked, and its path. */
export interface FileBytes {
  readonly bytes: Uint8Array
  readonly source: string
}

/**
 * Reads the four files of a folder, gzipped or unpacked, named `…-idx3-ubyte` or `….idx3-ubyte`. Rejects with
 * `unavailable` when the folder or one of the files is missing or cannot be read, `invalid-data` when gzip is damaged.
 */
export async function readDirectory(folder: string, files: MnistFiles = mnistFiles): Promise<MnistBytes> {
  await checkFolder(folder)
  const paths = await forEachPart((part) => findFile(folder, files[part].name))
  const missing = Object.entries(paths).flatMap(([part, path]) =>
    path === undefined ? [files[part as keyof MnistFiles].name] : [],
  )
  if (missing.length > 0) {
    const problem = `${folder} lacks ${missing.join(', ')}`
    throw unusable(folder, `${problem}; expected all four MNIST files, gzipped or unpacked`, 'Put them there')
  }
  return forEachPart((part) => readUnpacked(paths[part] as string))
}

/** The path of a file called `name` in one of the four usual ways, or undefined; unpacked files come first. */
export async function findFile(folder: string, name: string): Promise<string | undefined> {
  const dotted = name.replace('-idx', '.idx')
  for (const candidate of [name, dotted, `${name}.gz`, `${dotted}.gz`]) {
    const path = join(folder, candidate)
    // Some archives unpack to folders named like the files.
    if ((await stat(path).catch(() => undefined))?.isFile()) return path
  }
  return undefined
}

/** Reads a file and unpacks it when it is gzipped. */
export async function readUnpacked(path: string): Promise<FileBytes> {
  const packed = await readFile(path).catch((cause: Error) => {
    throw unusable(path, `${path} cannot be read (${cause.message})`, 'Make it readable', cause)
  })
  return { bytes: await unpackIdx(packed, path), source: path }
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((cause: NodeJS.ErrnoException) => {
    const problem = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.message})`
    throw unusable(folder, `the data folder '${folder}' ${problem}`, 'Name a folder with the MNIST files', cause)
  })
  if (found.isDirectory()) return
  throw unusable(folder, `${folder} is not a folder; expected one with the four MNIST files`, 'Name its folder')
}

function unusable(what: string, problem: string, action: string, cause?: Error): LockstepError {
  const remedy = `${action}, or leave --data and MNIST_DIR out to have the files downloaded.`
  return new LockstepError('unavailable', { what, remedy }, `${problem}. ${remedy}`, cause && { cause })
}
