import { createHash } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LockstepError } from '@lockstep/core'
import { type FileBytes, findFile, readUnpacked } from './directory.ts'
import { describeFailure, sizeOf, transfer } from './download.ts'
import { reportProgress } from './messages.ts'
import { forEachPart, type MnistBytes, type MnistFile, type MnistFiles } from './mnist-files.ts'

export interface CacheOptions {
  readonly folder: string
  readonly files: MnistFiles
  /** Addresses to which a file's name and `.gz` are appended; tried in this order. */
  readonly mirrors: readonly string[]
  readonly patience: number
  readonly warn: (text: string) => void
}

/** Transfers of one file that one mirror may interrupt before the next one is asked. */
const maxAttempts = 5

/**
 * The four files from the cache; what is missing or damaged there is downloaded into it first. Every file is checked
 * against its SHA-256. Rejects with `unavailable` when no mirror delivers; what has arrived is kept for another time.
 */
export async function readThroughCache(options: CacheOptions): Promise<{ downloaded: boolean; bytes: MnistBytes }> {
  const { folder, files } = options
  const cached = await forEachPart((part) => readCached(files[part], options))
  let { mirrors } = options
  let downloaded = false
  const load = async (part: keyof MnistFiles): Promise<FileBytes> => {
    const present = cached[part]
    if (present !== undefined) return present
    await makeFolder(folder)
    const { mirror, ...file } = await fetchFile(files[part], { ...options, mirrors })
    // Asking the one that answered first spares waiting for a dead one four times.
    mirrors = [mirror, ...mirrors.filter((other) => other !== mirror)]
    downloaded = true
    return file
  }
  // One after the other and the smallest first: where nothing can be reached that is known after one file.
  const testLabels = await load('testLabels')
  const trainLabels = await load('trainLabels')
  const testImages = await load('testImages')
  const trainImages = await load('trainImages')
  return { downloaded, bytes: { trainImages, trainLabels, testImages, testLabels } }
}

async function readCached(file: MnistFile, { folder, warn }: CacheOptions): Promise<FileBytes | undefined> {
  const path = await findFile(folder, file.name)
  if (path === undefined) return undefined
  try {
    return await readChecked(path, file)
  } catch (error) {
    const kept = `${path}.damaged`
    warn(`${describeFailure(error)} Moving it to ${kept} and fetching it again.`)
    // Left where it is, an unpacked file would be found before the gzipped one that is fetched.
    await rename(path, kept).catch(() => undefined)
    return undefined
  }
}

async function fetchFile(file: MnistFile, options: CacheOptions): Promise<FileBytes & { mirror: string }> {
  const failures: string[] = []
  for (const mirror of options.mirrors) {
    try {
      return { ...(await fetchFrom(mirror, file, options)), mirror }
    } catch (error) {
      failures.push(`${mirror}${file.name}.gz: ${describeFailure(error)}`)
    }
  }
  const remedy = 'Connect to a network, or name a folder that has the files.'
  const reasons = failures.length > 0 ? failures.join('\n') : 'no mirror is named'
  throw new LockstepError(
    'unavailable',
    { what: file.name, remedy },
    `Cannot download ${file.name}.\n${reasons}\n${remedy}`,
  )
}

async function fetchFrom(mirror: string, file: MnistFile, options: CacheOptions): Promise<FileBytes> {
  const { folder, patience, warn } = options
  const target = join(folder, `${file.name}.gz`)
  const part = `${target}.part`
  for (let attempt = 1; ; attempt++) {
    const before = await sizeOf(part)
    try {
      await transfer(`${mirror}${file.name}.gz`, part, {
        patience,
        onProgress: reportProgress(`${file.name}.gz`, warn),
      })
    } catch (error) {
      if (attempt === maxAttempts || (await sizeOf(part)) <= before) throw error
      warn(`${file.name}.gz: ${describeFailure(error)}; going on from where it stopped`)
      continue
    }
    try {
      return await accept(part, target, file)
    } catch (error) {
      await rm(part)
      // Mirrors pack differently: the beginning of one's file and the end of another's fit badly.
      if (before === 0) throw error
    }
  }
}

async function accept(part: string, target: string, file: MnistFile): Promise<FileBytes> {
  const { bytes } = await readChecked(part, file)
  await rename(part, target)
  return { bytes, source: target }
}

async function readChecked(path: string, file: MnistFile): Promise<FileBytes> {
  const read = await readUnpacked(path)
  const found = createHash('sha256').update(read.bytes).digest('hex')
  if (found === file.sha256) return read
  const problem = `${path} has the SHA-256 ${found} unpacked; expected ${file.sha256}.`
  throw new LockstepError('invalid-data', { source: path }, problem)
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    const remedy = 'Set LOCKSTEP_CACHE_DIR to a folder that can be written.'
    const problem = `Cannot create the cache ${folder} (${cause.message}).`
    throw new LockstepError('unavailable', { what: folder, remedy }, `${problem}\n${remedy}`, { cause })
  })
}
