import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { LockstepError } from '@lockstep/core'
import { uniformNumbers } from './random.ts'

/** Images as `[count, 784]` from 0 to 1, labels from 0 to 9. */
export interface Digits {
  readonly origin: string
  readonly images: Float32Array
  readonly labels: Int32Array
}

const pixels = 28 * 28

/**
 * The first `count` digits of MNIST's training set from the folder `MNIST_DIR`; without that, blots of MNIST's shape
 * and flatness, on which a step takes as long but nothing can be learned worth speaking of.
 */
export function digits(count: number): Digits {
  const folder = process.env['MNIST_DIR']
  return folder ? mnist(folder, count) : blots(count)
}

function mnist(folder: string, count: number): Digits {
  const bytes = readIdx(join(folder, 'train-images-idx3-ubyte')).subarray(16, 16 + count * pixels)
  const labels = readIdx(join(folder, 'train-labels-idx1-ubyte')).subarray(8, 8 + count)
  if (bytes.length !== count * pixels || labels.length !== count) {
    const message = `${folder} holds ${labels.length} labels and ${bytes.length} pixels; expected ${count} digits`
    throw new LockstepError('invalid-data', { source: folder }, `${message} of 784. Is it MNIST's training set?`)
  }
  return { origin: 'MNIST', images: Float32Array.from(bytes, (value) => value / 255), labels: Int32Array.from(labels) }
}

function readIdx(path: string): Uint8Array {
  return existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`))
}

function blots(count: number): Digits {
  const random = uniformNumbers(1)
  const images = new Float32Array(count * pixels)
  const labels = Int32Array.from({ length: count }, () => Math.floor(10 * random()))
  for (let index = 0; index < count; index++) {
    for (let blot = 0; blot <= (labels[index] as number); blot++) {
      const corner = index * pixels + 28 * Math.floor(4 + 16 * random()) + Math.floor(4 + 16 * random())
      for (let at = 0; at < 16; at++) images[corner + 28 * (at >> 2) + (at & 3)] = Math.ceil(255 * random()) / 255
    }
  }
  return { origin: 'blots', images, labels }
}
