import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { idxFile } from './digits-files.fixture.ts'
import { parseIdxImages, parseIdxLabels, unpackIdx } from './idx.ts'
import { parseMnist } from './mnist.ts'

const pixels = Uint8Array.from({ length: 2 * 28 * 28 }, (_, index) => index)
const images = idxFile([2, 28, 28], pixels)
const labels = idxFile([2], Uint8Array.of(7, 3))

describe('idx files', () => {
  it('give images and labels', () => {
    expect(parseIdxImages(images, 'images')).toMatchObject({ count: 2, rows: 28, columns: 28 })
    expect(parseIdxImages(images, 'images').pixels).toEqual(Buffer.from(pixels))
    expect([...parseIdxLabels(labels, 'labels')]).toEqual([7, 3])
  })

  it('may be gzipped', async () => {
    expect(Buffer.from(await unpackIdx(gzipSync(labels), 'labels'))).toEqual(labels)
    expect(await unpackIdx(labels, 'labels')).toBe(labels)
  })

  it.each([
    [
      'cut short',
      () => parseIdxImages(images.subarray(0, 1000), 'f'),
      /f is damaged: it is cut short: 984 bytes follow the header; expected 2 × 28 × 28 = 1568 bytes/,
    ],
    ['too long', () => parseIdxLabels(Buffer.concat([labels, Uint8Array.of(1)]), 'f'), /too long: 3 bytes/],
    [
      'shorter than a header',
      () => parseIdxLabels(labels.subarray(0, 5), 'f'),
      /5 bytes long; expected at least the 8 bytes/,
    ],
    [
      'something else',
      () => parseIdxImages(Buffer.from('<html>not found</html>'), 'f'),
      /starts with 0x3c68746d; expected 0x00000803/,
    ],
    [
      'swapped',
      () => parseIdxImages(Buffer.concat([labels, new Uint8Array(16)]), 'f'),
      /images and labels are swapped/,
    ],
    [
      'with a label above 9',
      () => parseIdxLabels(idxFile([3], Uint8Array.of(1, 10, 2)), 'f'),
      /label number 1 is 10; expected digits from 0 to 9/,
    ],
  ])('are refused when %s', (_, parse, message) => {
    expect(parse).toThrow(message)
  })

  it('are refused when gzip is damaged', async () => {
    const cut = gzipSync(images).subarray(0, 60)
    await expect(unpackIdx(cut, 'f.gz')).rejects.toThrow(/f.gz is damaged: its 60 gzip bytes do not unpack/)
  })

  it('are refused when images and labels do not belong together', () => {
    const source = (bytes: Uint8Array, name: string) => ({ bytes, source: name })
    const set = {
      trainImages: source(images, 'a'),
      trainLabels: source(idxFile([1], Uint8Array.of(1)), 'b'),
      testImages: source(images, 'c'),
      testLabels: source(labels, 'd'),
    }
    expect(() => parseMnist(set)).toThrow(/a holds 2 images and b 1 labels/)
    const small = source(idxFile([2, 14, 14], new Uint8Array(392)), 's')
    expect(() => parseMnist({ ...set, trainImages: small })).toThrow(
      /s holds images of 14 × 14 pixels; expected 28 × 28/,
    )
  })
})
