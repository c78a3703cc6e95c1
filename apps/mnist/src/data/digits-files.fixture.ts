import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type MnistFiles, type MnistPart, mnistFiles } from './mnist-files.ts'
import { syntheticDigits } from './synthetic.ts'

/** An idx file: magic number, extents, then the bytes. */
export function idxFile(extents: readonly number[], bytes: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * extents.length))
  header.setUint32(0, 0x0800 + extents.length)
  for (const [index, extent] of extents.entries()) header.setUint32(4 + 4 * index, extent)
  return Buffer.concat([new Uint8Array(header.buffer), bytes])
}

/** A small digit set as the four files, with the checksums that go with it. */
export function smallSet(
  trainCount = 20,
  testCount = 10,
): {
  readonly bytes: Record<MnistPart, Uint8Array>
  readonly files: MnistFiles
} {
  const { train, test } = syntheticDigits({ trainCount, testCount })
  const bytes = {
    trainImages: idxFile([trainCount, 28, 28], train.images),
    trainLabels: idxFile([trainCount], train.labels),
    testImages: idxFile([testCount, 28, 28], test.images),
    testLabels: idxFile([testCount], test.labels),
  }
  const described = (Object.keys(bytes) as MnistPart[]).map((part) => {
    const sha256 = createHash('sha256').update(bytes[part]).digest('hex')
    return [part, { name: mnistFiles[part].name, sha256 }] as const
  })
  return { bytes, files: Object.fromEntries(described) as unknown as MnistFiles }
}

/** Writes a small digit set as the four files into a folder. */
export async function writeSmallSet(folder: string, trainCount: number, testCount: number): Promise<void> {
  const { bytes, files } = smallSet(trainCount, testCount)
  for (const part of Object.keys(bytes) as MnistPart[]) await writeFile(join(folder, files[part].name), bytes[part])
}

/** The four files as a mirror has them: by name, gzipped. */
export function gzipped({ bytes, files }: ReturnType<typeof smallSet>): Map<string, Buffer> {
  return new Map((Object.keys(bytes) as MnistPart[]).map((part) => [`${files[part].name}.gz`, gzipSync(bytes[part])]))
}
