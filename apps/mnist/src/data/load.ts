import { isLockstepError, LockstepError } from '@lockstep/core'
import { cacheFolder } from '@lockstep/core/node'
import { readThroughCache } from './cache.ts'
import { readDirectory } from './directory.ts'
import { syntheticNotice } from './messages.ts'
import { type Mnist, parseMnist, toMnist } from './mnist.ts'
import { type MnistFiles, mnistFiles } from './mnist-files.ts'
import { type SyntheticOptions, syntheticDigits } from './synthetic.ts'

export interface LoadOptions {
  /** A folder with the four files, or `'synthetic'`; default: the variable `MNIST_DIR`, else cache and download. */
  readonly data?: string
  /** Where `MNIST_DIR`, `LOCKSTEP_CACHE_DIR` and `XDG_CACHE_HOME` are looked up (default `process.env`). */
  readonly env?: NodeJS.ProcessEnv
  /** Where downloads are kept (default: `mnist` in the cache folder). */
  readonly cacheDir?: string
  /** Addresses ending in `/` that hold the gzipped files, tried in this order (default: two public ones). */
  readonly mirrors?: readonly string[]
  /** Milliseconds after which a silent mirror is given up (default 3000). */
  readonly patience?: number
  /** Names and checksums of the files to cache and download (default: those of MNIST). */
  readonly files?: MnistFiles
  /** Takes progress and notices, without a line end (default: written to stderr). */
  readonly warn?: (text: string) => void
  /** How many digits to generate where they are generated. */
  readonly syntheticOptions?: SyntheticOptions
}

const publicMirrors = [
  'https://ossci-datasets.s3.amazonaws.com/mnist/',
  'https://storage.googleapis.com/cvdf-datasets/mnist/',
]

/**
 * The digits of the folder that was named; else those in the cache; else downloaded ones; and where nothing can be
 * reached generated ones, with a notice nobody overlooks. `origin` tells which it was.
 *
 * A folder that was named is used or refused, never replaced: rejects with `unavailable` when it or a file is missing,
 * `invalid-data` when a file is damaged. Its files are not held against checksums, so that other sets in this format
 * (Fashion-MNIST, your own) can be trained on; cached and downloaded files are.
 */
export async function loadMnist(options: LoadOptions = {}): Promise<Mnist> {
  const { env = process.env, warn = writeLine } = options
  const data = options.data ?? (env['MNIST_DIR'] || undefined)
  if (data === 'synthetic') {
    warn('Using generated digits, not MNIST: accuracies do not compare with published ones.')
    return generated(options)
  }
  if (data !== undefined) return fromFolder(data)
  const folder = options.cacheDir ?? cacheFolder('mnist', env)
  try {
    return await fromCache(folder, options, warn)
  } catch (error) {
    if (!isLockstepError(error) || error.code !== 'unavailable') throw error
    warn(syntheticNotice(error.message, folder))
    return generated(options)
  }
}

async function fromFolder(folder: string): Promise<Mnist> {
  if (folder === '') {
    const message = "the data folder is ''; expected a folder with the four MNIST files, or 'synthetic'. Name one."
    throw new LockstepError('invalid-argument', { argument: 'data' }, message)
  }
  const { train, test } = parseMnist(await readDirectory(folder))
  return toMnist('directory', folder, train, test)
}

async function fromCache(folder: string, options: LoadOptions, warn: (text: string) => void): Promise<Mnist> {
  const { mirrors = publicMirrors, patience = 3000, files = mnistFiles } = options
  const { downloaded, bytes } = await readThroughCache({ folder, files, mirrors, patience, warn })
  const { train, test } = parseMnist(bytes)
  return toMnist(downloaded ? 'download' : 'cache', folder, train, test)
}

function generated({ syntheticOptions }: LoadOptions): Mnist {
  const { train, test } = syntheticDigits(syntheticOptions)
  return toMnist('synthetic', 'generated', train, test)
}

function writeLine(text: string): void {
  process.stderr.write(`${text}\n`)
}
