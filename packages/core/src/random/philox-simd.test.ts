import { describe, expect, test } from 'vitest'
import { allocateMemory } from '../wasm/index.ts'
import { fillRandom } from './fill-random.ts'
import { createRandomFiller } from './philox-simd.ts'
import type { RandomKey, RandomSpec } from './random-key.ts'

const memory = allocateMemory(1 << 16, { shared: false })
const filler = createRandomFiller(memory)
const key: RandomKey = { seed: 2 ** 52 + 12345, stream: 7, step: 3, firstPosition: 0 }
const untouched = 0xa5

const specs: readonly RandomSpec[] = [
  { kind: 'bernoulli', probability: 0 },
  { kind: 'bernoulli', probability: 2 ** -32 },
  { kind: 'bernoulli', probability: 0.3 },
  { kind: 'bernoulli', probability: 0.5 },
  { kind: 'bernoulli', probability: 1 },
  { kind: 'uniform' },
  { kind: 'normal' },
]

/** The bytes of a tensor by definition. */
function expectedBytes(spec: RandomSpec, from: RandomKey, samples: number, elements: number): Uint8Array {
  const length = samples * elements
  const out = spec.kind === 'bernoulli' ? new Uint8Array(length) : new Float32Array(length)
  fillRandom(spec, from, samples, elements, out)
  return new Uint8Array(out.buffer)
}

/** Fills a tensor and checks its bytes and those around it. */
function check(spec: RandomSpec, from: RandomKey, samples: number, elements: number, offset = 16): void {
  const expected = expectedBytes(spec, from, samples, elements)
  const bytes = new Uint8Array(memory.buffer, 0, offset + expected.length + 256).fill(untouched)
  filler.fill(spec, from, samples, elements, offset)
  const around = new Uint8Array(bytes.length).fill(untouched)
  around.set(expected, offset)
  expect(bytes).toEqual(around)
}

describe.each(specs)('%j is bit for bit the definition', (spec) => {
  test.each([0, 1, 3, 4, 5, 15, 16, 17, 31, 32, 35, 63, 64, 65, 100, 200])(
    'with %d elements per sample',
    (elements) => {
      for (const samples of [0, 1, 2, 3, 4, 7]) check(spec, key, samples, elements)
    },
  )

  test.each([
    { firstPosition: 12345 },
    { firstPosition: 2 ** 31 - 2 },
    { firstPosition: 2 ** 32 - 7 },
    { step: 2 ** 31 },
    { step: 2 ** 32 - 1 },
    { stream: 2 ** 32 - 1 },
    { seed: 0 },
    { seed: Number.MAX_SAFE_INTEGER },
  ])('with %j', (change) => {
    check(spec, { ...key, ...change }, 5, 53)
  })

  test('at any offset its elements can have, in a shared memory too', () => {
    const elementBytes = spec.kind === 'bernoulli' ? 1 : 4
    check(spec, key, 3, 33, 5 * elementBytes)
    const shared = allocateMemory(4096, { shared: true })
    createRandomFiller(shared).fill(spec, key, 5, 53, 4)
    const expected = expectedBytes(spec, key, 5, 53)
    expect(new Uint8Array(shared.buffer).slice(4, 4 + expected.length)).toEqual(expected)
  })
})

test.each([0, 15, 16, 63, 64, 127])('decides a bernoulli to its last bit (element %d)', (element) => {
  const at = (threshold: number) => {
    const spec: RandomSpec = { kind: 'bernoulli', probability: threshold / 2 ** 32 }
    check(spec, key, 1, 128)
    return expectedBytes(spec, key, 1, 128)[element] as number
  }
  let word = 0
  for (let bit = 2 ** 31; bit >= 1; bit /= 2) if (at(word + bit) === 0) word += bit
  expect([at(word), at(word + 1)]).toEqual([0, 1])
})

test.each([
  ['before the memory', 'bernoulli', -1],
  ['beyond the memory', 'bernoulli', (1 << 16) - 63],
  ['beyond the memory', 'uniform', (1 << 16) - 252],
  ['off a multiple of 4', 'uniform', 2],
] as const)('refuses a tensor %s (%s at %d)', (_where, kind, offset) => {
  expect(() => filler.fill({ kind }, key, 4, 16, offset)).toThrow(/expected them to lie inside it, at a multiple of/)
})
