import { LockstepError } from '@lockstep/core'
import { parseIdxImages, parseIdxLabels } from './idx.ts'
import type { MnistBytes } from './mnist-files.ts'

/** Where the digits came from. */
export type MnistOrigin = 'directory' | 'cache' | 'download' | 'synthetic'

/**
 * A digit set, ready for training. Images are `[count, 784]` (or `[count, 28, 28, 1]`, the same order) row by row,
 * scaled from bytes to 0 … 1; labels are digits 0 to 9. The arrays belong to the caller.
 */
export interface Mnist {
  readonly origin: MnistOrigin
  /** The folder that was read, or `generated`. */
  readonly location: string
  readonly xTrain: Float32Array
  readonly yTrain: Int32Array
  readonly xTest: Float32Array
  readonly yTest: Int32Array
}

/** Height and width of an image. */
export const imageSize: number = 28

/** Images and labels as bytes: `count × 784` pixels and `count` digits. */
export interface DigitBytes {
  readonly images: Uint8Array
  readonly labels: Uint8Array
}

/** Parses the four files. Throws `invalid-data` when one is damaged or images and labels do not belong together. */
export function parseMnist(files: MnistBytes): { train: DigitBytes; test: DigitBytes } {
  return {
    train: parsePair(files.trainImages, files.trainLabels),
    test: parsePair(files.testImages, files.testLabels),
  }
}

/** Scales bytes 0 … 255 to floats 0 … 1 and widens the labels. */
export function toMnist(origin: MnistOrigin, location: string, train: DigitBytes, test: DigitBytes): Mnist {
  return {
    origin,
    location,
    xTrain: scale(train.images),
    yTrain: Int32Array.from(train.labels),
    xTest: scale(test.images),
    yTest: Int32Array.from(test.labels),
  }
}

function parsePair(imageFile: MnistBytes['trainImages'], labelFile: MnistBytes['trainLabels']): DigitBytes {
  const images = parseIdxImages(imageFile.bytes, imageFile.source)
  const labels = parseIdxLabels(labelFile.bytes, labelFile.source)
  const { source } = imageFile
  if (images.rows !== imageSize || images.columns !== imageSize) {
    const found = `${source} holds images of ${images.rows} × ${images.columns} pixels`
    throw new LockstepError('invalid-data', { source }, `${found}; expected 28 × 28. Use files in MNIST's format.`)
  }
  if (images.count !== labels.length || images.count === 0) {
    const found = `${source} holds ${images.count} images and ${labelFile.source} ${labels.length} labels`
    const expected = 'expected one label per image, and at least one. Take both files from the same data set.'
    throw new LockstepError('invalid-data', { source }, `${found}; ${expected}`)
  }
  return { images: images.pixels, labels }
}

function scale(bytes: Uint8Array): Float32Array {
  const table = Float32Array.from({ length: 256 }, (_, value) => value / 255)
  const scaled = new Float32Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) scaled[i] = table[bytes[i] as number] as number
  return scaled
}
