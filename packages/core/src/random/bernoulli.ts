import { philox4x32 } from './philox.ts'
import { philoxKey, type RandomKey, type RandomSpec, type Rows } from './random-key.ts'

/** Elements of a sample that are drawn together: one for each byte of a block. */
const groupElements = 16

/** So many of the 2^32 words that can be drawn for an element make it a 1: from 0 (never) to 2^32 (always). */
export function bernoulliThreshold({ probability = 0.5 }: RandomSpec): number {
  return Math.round(probability * 2 ** 32)
}

/**
 * Fills part of a bernoulli tensor. An element is 1 where the word drawn for it is below the threshold. The bytes of
 * that word, from the highest down, come from four blocks, 4 · floor(e / 16) + 0, 1, 2, 3: of each it is byte e mod 16,
 * where byte 0 is the lowest of word 0. The first byte that differs from the threshold's decides. So a single block
 * serves 16 elements, except for those that meet the threshold's highest byte when its lower ones are not all 0.
 */
export function fillBernoulli(spec: RandomSpec, out: Uint8Array, key: RandomKey, rows: Rows): void {
  const { samples, elementsPerSample, firstElement } = rows
  const limits = significantBytes(bernoulliThreshold(spec))
  const [limit = 0] = limits
  const seed = philoxKey(key.seed)
  const draw = (block: number, sample: number, words: Uint32Array) => {
    philox4x32([block, key.firstPosition + sample, key.stream, key.step], seed, words)
  }
  const [words, lowerWords] = [new Uint32Array(4), new Uint32Array(4)]
  const isBelow = (sample: number, first: number, index: number, place: number): boolean => {
    const placeLimit = limits[place]
    if (placeLimit === undefined) return false
    draw(first / 4 + place, sample, lowerWords)
    const byte = byteOf(lowerWords, index)
    return byte === placeLimit ? isBelow(sample, first, index, place + 1) : byte < placeLimit
  }
  for (let sample = 0; sample < samples; sample++) {
    for (let first = firstElement; first < elementsPerSample; first += groupElements) {
      draw(first / 4, sample, words)
      const count = Math.min(groupElements, elementsPerSample - first)
      for (let index = 0; index < count; index++) {
        const byte = byteOf(words, index)
        const isOne = byte === limit ? isBelow(sample, first, index, 1) : byte < limit
        out[sample * elementsPerSample + first + index] = isOne ? 1 : 0
      }
    }
  }
}

function byteOf(words: Uint32Array, index: number): number {
  return ((words[index >>> 2] as number) >>> (8 * (index & 3))) & 0xff
}

/** From the highest down, without zeros at the end. 2^32 has a single one, which is 256: every byte is below it. */
function significantBytes(threshold: number): number[] {
  const bytes = [Math.floor(threshold / 2 ** 24), ...[16, 8, 0].map((shift) => (threshold >>> shift) & 0xff)]
  while (bytes.at(-1) === 0) bytes.pop()
  return bytes
}
