/** One published file: its name without `.gz`, and the SHA-256 (hex) of its unpacked bytes. */
export interface MnistFile {
  readonly name: string
  readonly sha256: string
}

/** The four parts that every data set in MNIST's format has. */
export type MnistPart = 'trainImages' | 'trainLabels' | 'testImages' | 'testLabels'

export type MnistFiles = Readonly<Record<MnistPart, MnistFile>>

/** The bytes of the four files, unpacked, and where each came from (for error messages). */
export type MnistBytes = Readonly<Record<MnistPart, { readonly bytes: Uint8Array; readonly source: string }>>

/** MNIST as LeCun, Cortes and Burges published it: 60,000 + 10,000 digits. */
export const mnistFiles: MnistFiles = {
  trainImages: {
    name: 'train-images-idx3-ubyte',
    sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  },
  trainLabels: {
    name: 'train-labels-idx1-ubyte',
    sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  },
  testImages: {
    name: 't10k-images-idx3-ubyte',
    sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  },
  testLabels: {
    name: 't10k-labels-idx1-ubyte',
    sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
}

/** Runs `load` for the four parts at once; the first rejection rejects. */
export async function forEachPart<T>(load: (part: MnistPart) => Promise<T>): Promise<Record<MnistPart, T>> {
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    load('trainImages'),
    load('trainLabels'),
    load('testImages'),
    load('testLabels'),
  ])
  return { trainImages, trainLabels, testImages, testLabels }
}
