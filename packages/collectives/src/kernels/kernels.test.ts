import { allocateMemory } from '@lockstep/core/wasm'
import { describe, expect, test } from 'vitest'
import { bitsOf } from './half-numbers.ts'
import { javascriptKernels } from './javascript-kernels.ts'
import type { HalfFormat } from './kernels.ts'
import { stageElements, stagingBytes } from './staging.ts'
import { wasmKernels } from './wasm-kernels.ts'

const formats: readonly HalfFormat[] = ['bfloat16', 'float16']
/** Around the borders: of vectors, of a turn of a loop, of a stage. */
const lengths = [0, 1, 3, 4, 7, 8, 15, 16, 31, 33, 100, stageElements - 1, stageElements, stageElements + 5]

/** Hands out places behind the staging area, none at the start of a cache line. */
function placed(): (bytes: number) => number {
  let next = stagingBytes + 8
  return (bytes) => {
    const at = Math.ceil(next / 8) * 8
    next = at + bytes
    return at
  }
}

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state
  }
}

/** Float32 values of every kind, as bits: all exponents, both signs, infinities, NaNs, subnormal numbers. */
function anyBits(length: number, seed: number): Uint32Array<ArrayBuffer> {
  const next = random(seed)
  return Uint32Array.from({ length }, next)
}

function floatsOf(words: Uint32Array): Float32Array {
  return new Float32Array(words.buffer, words.byteOffset, words.length)
}

function expectSameBits(got: ArrayBufferView, expected: ArrayBufferView): void {
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength)
  expect(bytes(got).equals(bytes(expected))).toBe(true)
}

/** Values that add up to no NaN, whose bits the machine may choose. */
function finite(length: number, seed: number): number[] {
  const next = random(seed)
  return Array.from({ length }, () => (next() / 2 ** 31 - 1) * 2 ** ((next() % 40) - 20))
}

describe.each([{ shared: false }, { shared: true }])('in a memory, $shared', ({ shared }) => {
  const memory = allocateMemory(stagingBytes + 16 * 8 * stageElements, { shared })
  const kernels = wasmKernels(memory)

  test.each([Float32Array, Float64Array])('sums of %o are those of JavaScript, wherever the arrays lie', (Type) => {
    for (const length of lengths) {
      const values = [1, 2, 3].map((seed) => Type.from(finite(length, seed)))
      for (const inside of [0b0000, 0b1111, 0b0001, 0b0110, 0b1000]) {
        const place = placed()
        const arrays = [...values, new Type(length)].map((array, index) => {
          if ((inside & (1 << index)) === 0) return array.slice()
          const view = new Type(memory.buffer as ArrayBuffer, place(array.byteLength), length)
          view.set(array)
          return view
        })
        const into = arrays.pop() as Float32Array | Float64Array
        for (const terms of [arrays, arrays.slice(0, 2), arrays.slice(0, 1)]) {
          const expected = new Type(length)
          javascriptKernels.sum(expected, terms)
          kernels.sum(into, terms)
          expectSameBits(into, expected)
        }
        const expected = new Type(length)
        javascriptKernels.sum(expected, arrays)
        kernels.sum(arrays[1] as Float32Array | Float64Array, arrays)
        expectSameBits(arrays[1] as Float32Array | Float64Array, expected)
      }
    }
  })

  test.each([Float32Array, Float64Array])('scales %o as JavaScript does', (Type) => {
    for (const length of lengths) {
      const from = Type.from(finite(length, 4))
      const inside = new Type(memory.buffer as ArrayBuffer, stagingBytes, length)
      inside.set(from)
      for (const source of [from, inside]) {
        const [expected, got] = [new Type(length), new Type(length)]
        javascriptKernels.scale(expected, source, 1 / 3)
        kernels.scale(got, source, 1 / 3)
        expectSameBits(got, expected)
      }
    }
  })

  test.each(formats)('packs and unpacks %s as JavaScript does', (format) => {
    for (const length of [...lengths, 50_000]) {
      const words = anyBits(length, 5)
      const [expected, got] = [new Uint16Array(length), new Uint16Array(length)]
      javascriptKernels.pack(format, expected, floatsOf(words))
      kernels.pack(format, got, floatsOf(words))
      expectSameBits(got, expected)
    }
    const all = Uint16Array.from({ length: 65536 }, (_, index) => index)
    const [expected, got] = [new Float32Array(all.length), new Float32Array(all.length)]
    javascriptKernels.unpack(format, expected, all)
    kernels.unpack(format, got, all)
    expectSameBits(got, expected)
  })

  test.each(formats)('adds unpacked %s as JavaScript does', (format) => {
    for (const length of lengths) {
      const addend = Float32Array.from(finite(length, 6))
      const halves = new Uint16Array(length)
      javascriptKernels.pack(format, halves, Float32Array.from(finite(length, 7)))
      const expected = new Float32Array(length)
      javascriptKernels.unpackAdd(format, expected, addend, halves)
      for (const into of [new Float32Array(length), addend]) {
        kernels.unpackAdd(format, into, addend, halves)
        expectSameBits(into, expected)
      }
    }
  })
})

describe.each(formats)('%s in JavaScript', (format) => {
  const halfOf = (value: number): number => {
    const half = new Uint16Array(1)
    javascriptKernels.pack(format, half, Float32Array.of(value))
    return half[0] as number
  }

  test('what can be written in it survives', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, index) => index)
    const [floats, back] = [new Float32Array(all.length), new Uint16Array(all.length)]
    javascriptKernels.unpack(format, floats, all)
    javascriptKernels.pack(format, back, floats)
    const isNaNBits = (half: number): boolean => Number.isNaN(floats[half])
    const wrong = all.filter((half) => (isNaNBits(half) ? !Number.isNaN(unpacked(back[half])) : back[half] !== half))
    expect([...wrong]).toEqual([])
  })

  test('between two neighbours the even one is taken in the middle, the nearer one elsewhere', () => {
    const pairs = [0, 1, 2, 0x3ff, 0x400, 0x3c00, 0x3c01, 0x7bfe]
    for (const low of pairs) {
      const [a, b] = [unpacked(low), unpacked(low + 1)]
      const middle = (a + b) / 2
      // The middle of two subnormal bfloat16 numbers is a float32 too.
      expect(halfOf(middle)).toBe(low % 2 === 0 ? low : low + 1)
      if (Math.fround(middle + (b - a) / 64) !== middle) expect(halfOf(middle + (b - a) / 64)).toBe(low + 1)
      if (Math.fround(middle - (b - a) / 64) !== middle) expect(halfOf(middle - (b - a) / 64)).toBe(low)
    }
  })

  test('special values', () => {
    const infinity = format === 'float16' ? 0x7c00 : 0x7f80
    expect([halfOf(Infinity), halfOf(-Infinity), halfOf(3.4e38)]).toEqual([infinity, infinity | 0x8000, infinity])
    expect([halfOf(0), halfOf(-0)]).toEqual([0, 0x8000])
    expect(unpacked(halfOf(Number.NaN))).toBeNaN()
    // A signalling NaN whose payload lies in the bits that are dropped.
    const half = new Uint16Array(1)
    javascriptKernels.pack(format, half, floatsOf(Uint32Array.of(0x7f800001)))
    expect(unpacked(half[0])).toBeNaN()
  })

  function unpacked(half: number | undefined): number {
    const value = new Float32Array(1)
    javascriptKernels.unpack(format, value, Uint16Array.of(half as number))
    return value[0] as number
  }
})

test('well-known numbers', () => {
  const half = new Uint16Array(6)
  javascriptKernels.pack('float16', half, Float32Array.of(1, -2, 65504, 65520, 2 ** -24, 2 ** -25))
  expect([...half]).toEqual([0x3c00, 0xc000, 0x7bff, 0x7c00, 1, 0])
  javascriptKernels.pack('bfloat16', half, Float32Array.of(1, -2, Math.PI, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1e-45))
  expect([...half]).toEqual([0x3f80, 0xc000, 0x4049, 0x3f80, 0x3f82, 0])
  expect(bitsOf(1)).toBe(0x3f800000)
})
