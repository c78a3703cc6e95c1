import { describe, expect, test } from 'vitest'
import { isLockstepError } from '../errors.ts'
import { fillRandom } from './fill-random.ts'
import { philox4x32 } from './philox.ts'
import type { RandomKey, RandomSpec } from './random-key.ts'

const key: RandomKey = { seed: 2 ** 40 + 7, stream: 3, step: 11, firstPosition: 5 }
const fair: RandomSpec = { kind: 'bernoulli', probability: 0.5 }

function bits(spec: RandomSpec, from: RandomKey, samples: number, elements: number): Uint8Array {
  const out = new Uint8Array(samples * elements)
  fillRandom(spec, from, samples, elements, out)
  return out
}

function floats(kind: 'uniform' | 'normal', from: RandomKey, samples: number, elements: number): Float32Array {
  const out = new Float32Array(samples * elements)
  fillRandom({ kind }, from, samples, elements, out)
  return out
}

function wordsOf(block: number, position: number): Uint32Array {
  const words = new Uint32Array(4)
  philox4x32([block, position, key.stream, key.step], [7, 2 ** 8], words)
  return words
}

/** The lowest byte of word 0 first, whatever this machine's order is. */
function littleEndian(words: Uint32Array): number[] {
  return [...words].flatMap((word) => [word, word >>> 8, word >>> 16, word >>> 24].map((shifted) => shifted & 0xff))
}

describe('the key', () => {
  test('gives float e of a sample word e mod 4 of block floor(e / 4)', () => {
    const expected = [0, 1].flatMap((sample) =>
      [...wordsOf(0, 5 + sample), ...wordsOf(1, 5 + sample)].slice(0, 6).map((word) => (word >>> 8) * 2 ** -24),
    )
    expect([...floats('uniform', key, 2, 6)]).toEqual(expected)
  })

  test('makes a sample depend on its position in the global batch, not on how the batch is cut', () => {
    const whole = bits(fair, key, 6, 37)
    const second = bits(fair, { ...key, firstPosition: key.firstPosition + 2 }, 4, 37)
    expect(second).toEqual(whole.subarray(2 * 37))
  })

  test.each([{ seed: 8 }, { seed: 2 ** 41 + 7 }, { stream: 4 }, { step: 12 }, { firstPosition: 105 }])(
    'distinguishes %j',
    (change) => {
      const changed = bits(fair, { ...key, ...change }, 4, 100)
      const agreeing = bits(fair, key, 4, 100).filter((bit, index) => bit === changed[index])
      expect(Math.abs(agreeing.length - 200)).toBeLessThan(60)
    },
  )

  test('reaches the ends of its ranges', () => {
    const extreme = {
      seed: Number.MAX_SAFE_INTEGER,
      stream: 2 ** 32 - 1,
      step: 2 ** 32 - 1,
      firstPosition: 2 ** 32 - 3,
    }
    const words = new Uint32Array(4)
    philox4x32([0, 2 ** 32 - 3, 2 ** 32 - 1, 2 ** 32 - 1], [2 ** 32 - 1, 2 ** 21 - 1], words)
    expect([...floats('uniform', extreme, 1, 4)]).toEqual([...words].map((word) => (word >>> 8) * 2 ** -24))
  })
})

describe('bernoulli', () => {
  test.each([0.1, 0.5, 0.8])('is 1 with probability %d', (probability) => {
    const out = bits({ kind: 'bernoulli', probability }, key, 100, 1000)
    const ones = out.reduce((sum, bit) => sum + bit, 0)
    expect(out.every((bit) => bit === 0 || bit === 1)).toBe(true)
    expect(Math.abs(ones / 1e5 - probability)).toBeLessThan(5 * Math.sqrt((probability * (1 - probability)) / 1e5))
  })

  test('is never and always 1 at the ends, and 0.5 is the default', () => {
    expect(new Set(bits({ kind: 'bernoulli', probability: 0 }, key, 9, 99))).toEqual(new Set([0]))
    expect(new Set(bits({ kind: 'bernoulli', probability: 1 }, key, 9, 99))).toEqual(new Set([1]))
    expect(bits({ kind: 'bernoulli' }, key, 9, 99)).toEqual(bits(fair, key, 9, 99))
  })

  test('compares a word of a byte from each of four blocks with the probability times 2^32', () => {
    const at = (threshold: number, element: number) =>
      bits({ kind: 'bernoulli', probability: threshold / 2 ** 32 }, key, 1, 40)[element]
    for (const element of [0, 5, 15, 16, 39]) {
      const blocks = [0, 1, 2, 3].map((place) => wordsOf(4 * Math.floor(element / 16) + place, key.firstPosition))
      const bytes = blocks.map((words) => littleEndian(words)[element % 16] as number)
      const word = bytes.reduce((high, byte) => 256 * high + byte, 0)
      expect([at(word, element), at(word + 1, element)]).toEqual([0, 1])
    }
  })
})

test('uniform values lie in [0, 1) with mean 1/2 and variance 1/12', () => {
  const out = floats('uniform', key, 100, 1000)
  expect(out.every((value) => value >= 0 && value < 1)).toBe(true)
  const { mean, variance } = moments(out)
  expect(mean).toBeCloseTo(0.5, 2)
  expect(variance).toBeCloseTo(1 / 12, 2)
})

test('normal values have mean 0, variance 1, the tails of a normal distribution and no correlation in a pair', () => {
  const out = floats('normal', key, 100, 1000)
  const { mean, variance } = moments(out)
  expect(Math.abs(mean)).toBeLessThan(0.016)
  expect(Math.abs(variance - 1)).toBeLessThan(0.022)
  const beyondTwo = out.filter((value) => Math.abs(value) > 2).length / out.length
  expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.0033)
  const products = out
    .filter((_, index) => index % 2 === 0)
    .map((value, index) => value * (out[2 * index + 1] as number))
  expect(Math.abs(moments(products).mean)).toBeLessThan(0.022)
})

test('a pair of normal values is Box and Muller of a pair of words', () => {
  const [radiusWord, angleWord] = wordsOf(0, key.firstPosition).subarray(2) as unknown as [number, number]
  const [, , cosine, sine] = floats('normal', key, 1, 4) as unknown as [number, number, number, number]
  expect((Math.atan2(sine, cosine) / (2 * Math.PI) + 1) % 1).toBeCloseTo(angleWord / 2 ** 32, 6)
  expect(Math.exp(-(cosine ** 2 + sine ** 2) / 2)).toBeCloseTo((radiusWord + 1) / 2 ** 32, 6)
})

test.each<[string, RandomSpec, Partial<RandomKey>, number, number, Float32Array | Uint8Array]>([
  ['probability', { kind: 'bernoulli', probability: 1.5 }, {}, 1, 1, new Uint8Array(1)],
  ['probability', { kind: 'bernoulli', probability: Number.NaN }, {}, 1, 1, new Uint8Array(1)],
  ['seed', fair, { seed: -1 }, 1, 1, new Uint8Array(1)],
  ['seed', fair, { seed: 2 ** 53 }, 1, 1, new Uint8Array(1)],
  ['stream', fair, { stream: 0.5 }, 1, 1, new Uint8Array(1)],
  ['step', fair, { step: 2 ** 32 }, 1, 1, new Uint8Array(1)],
  ['samples', fair, { firstPosition: 2 ** 32 - 4 }, 3, 1, new Uint8Array(3)],
  ['elementsPerSample', fair, {}, 1, -1, new Uint8Array(0)],
  ['out', fair, {}, 1, 4, new Uint8Array(3)],
  ['out', fair, {}, 1, 4, new Float32Array(4)],
  ['out', { kind: 'uniform' }, {}, 1, 4, new Uint8Array(4)],
])('refuses a wrong %s', (argument, spec, change, samples, elements, out) => {
  const error = caught(() => fillRandom(spec, { ...key, ...change }, samples, elements, out))
  expect(isLockstepError(error) && error.details).toEqual({ argument })
})

function moments(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, variance }
}

function caught(action: () => void): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}
