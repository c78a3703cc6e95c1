import { blockWriter, type FloatKind } from './block-writers.ts'
import { philox4x32 } from './philox.ts'
import { checkInteger, philoxKey, reservedPositions } from './random-key.ts'

/** `count` float32 values in [0, 1), e.g. for an initialiser. Never equal in words to a random tensor of the seed. */
export function uniformFloats(seed: number, stream: number, count: number): Float32Array {
  return floats('uniform', seed, stream, count)
}

/** `count` float32 values of mean 0 and deviation 1; otherwise as {@link uniformFloats}. */
export function normalFloats(seed: number, stream: number, count: number): Float32Array {
  return floats('normal', seed, stream, count)
}

function floats(kind: FloatKind, seed: number, stream: number, count: number): Float32Array {
  checkInteger('stream', stream, 0xffff_ffff)
  checkInteger('count', count, 2 ** 34)
  const key = philoxKey(seed)
  const out = new Float32Array(count)
  const write = blockWriter(kind, out)
  const words = new Uint32Array(4)
  for (let element = 0; element < count; element += 4) {
    philox4x32([element / 4, reservedPositions.values, stream, 0], key, words)
    write(words, element, Math.min(4, count - element))
  }
  return out
}

/**
 * The integers 0 … n−1 in an order chosen by seed, epoch and stream (below 2^32), the same on every rank: Fisher and
 * Yates, from the end. The choices are unbiased (Lemire, "Fast random integer generation in an interval", 2019).
 */
export function permutation(seed: number, epoch: number, n: number, stream = 0): Uint32Array {
  checkInteger('stream', stream, 0xffff_ffff)
  checkInteger('epoch', epoch, 0xffff_ffff)
  checkInteger('n', n, 0xffff_ffff)
  const nextWord = wordsOf(seed, epoch, stream)
  const order = Uint32Array.from({ length: n }, (_, index) => index)
  for (let last = n - 1; last > 0; last--) {
    const chosen = integerBelow(last + 1, nextWord)
    const value = order[last] as number
    order[last] = order[chosen] as number
    order[chosen] = value
  }
  return order
}

/** The words of the blocks 0, 1, 2, … one after the other. */
function wordsOf(seed: number, epoch: number, stream: number): () => number {
  const key = philoxKey(seed)
  const words = new Uint32Array(4)
  let used = 0
  return () => {
    if (used % 4 === 0) philox4x32([used / 4, reservedPositions.permutation, stream, epoch], key, words)
    return words[used++ % 4] as number
  }
}

/** The upper half of word × limit, for a word whose lower half does not fall into the surplus of 2^32 mod limit. */
function integerBelow(limit: number, nextWord: () => number): number {
  const surplus = 2 ** 32 % limit
  for (;;) {
    const word = nextWord()
    const low = Math.imul(word, limit) >>> 0
    // The product is rounded to 53 bits, which moves the quotient by less than 2^-20.
    if (low >= surplus) return Math.round((word * limit - low) / 2 ** 32)
  }
}
