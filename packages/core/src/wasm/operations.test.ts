import { describe, expect, test } from 'vitest'
import type { Value } from './code.ts'
import { defineFunction } from './encoder.ts'
import { get, i32, load, store } from './instructions.ts'
import { type Letters, letters, scalarOpcodes, simdOpcodes } from './opcodes.ts'
import { type OperationName, op } from './operations.ts'
import { allocateMemory, linker } from './runtime.ts'

const memory = allocateMemory(64, { shared: false })
const bytes = new DataView(memory.buffer)

/** An instruction whose name and operands are known only when the test runs. */
const anyOp = op as unknown as (name: OperationName, ...operands: Value[]) => Value

/** A lane type's values as one vector. */
const f = (...lanes: number[]) => [...new Uint8Array(Float32Array.from(lanes).buffer)]
const d = (...lanes: number[]) => [...new Uint8Array(Float64Array.from(lanes).buffer)]
const u = (...lanes: number[]) => [...new Uint8Array(Uint32Array.from(lanes).buffer)]
const h = (...lanes: number[]) => [...new Uint8Array(Uint16Array.from(lanes).buffer)]
const yes = 2 ** 32 - 1

type Operand = number | readonly number[]

/** Runs a vector instruction; vectors go in as their 16 bytes, numbers as the scalar that the signature says. */
function runVector(name: keyof typeof simdOpcodes, operands: readonly Operand[]): number | number[] {
  const [taken, given] = simdOpcodes[name][1].split('>') as [string, keyof Letters]
  const scalars = [...taken].filter((letter) => letter !== 'v').map((letter) => letters[letter as keyof Letters])
  const run = linker(() => [
    defineFunction({ name: 'run', parameters: scalars, result: 'i32' }, ({ parameters }) => {
      let scalar = 0
      const values = [...taken].map((letter, index) =>
        letter === 'v' ? load('v128.load', i32(16 * index)) : get(parameters[scalar++] as (typeof parameters)[number]),
      )
      const result = anyOp(name, ...values)
      if (given === 'i') return [result]
      return [store('v128.store', i32(0), result as Value<'v128'>), i32(0)]
    }),
  ])(memory).run
  for (const [index, operand] of operands.entries()) {
    if (typeof operand !== 'number') new Uint8Array(memory.buffer).set(operand, 16 * index)
  }
  const returned = run(...operands.filter((operand) => typeof operand === 'number'))
  return given === 'i' ? returned : [...new Uint8Array(memory.buffer, 0, 16)]
}

const a = f(1.5, -2, 0, Number.NaN)
const b = f(0.5, 4, -0, 1)

const vectorCases: Record<keyof typeof simdOpcodes, readonly [readonly Operand[], Operand]> = {
  'i8x16.splat': [[0x107], Array.from({ length: 16 }, () => 7)],
  'i32x4.splat': [[yes], u(yes, yes, yes, yes)],
  'f32x4.splat': [[0.1], f(0.1, 0.1, 0.1, 0.1)],
  'f64x2.splat': [[0.1], d(0.1, 0.1)],
  'i8x16.eq': [[u(0x01020380, 5, 0, yes), u(0x01ff0380, 6, 0, yes - 1)], u(0xff00ffff, 0xffffff00, yes, 0xffffff00)],
  'i8x16.lt_u': [[u(0x01020380, 5, 0, yes), u(0x01ff047f, 6, 0, yes)], u(0x00ffff00, 0xff, 0, 0)],
  'i32x4.eq': [[u(1, 2, 3, yes), u(1, 3, 3, yes)], u(yes, 0, yes, yes)],
  'i32x4.lt_u': [[u(1, 2, 3, yes), u(2, 2, yes, 1)], u(yes, 0, yes, 0)],
  'f32x4.eq': [[a, f(1.5, 2, -0, Number.NaN)], u(yes, 0, yes, 0)],
  'f32x4.ne': [[a, f(1.5, 2, -0, Number.NaN)], u(0, yes, 0, yes)],
  'f32x4.lt': [[a, b], u(0, yes, 0, 0)],
  'f32x4.gt': [[a, b], u(yes, 0, 0, 0)],
  'f32x4.le': [[a, b], u(0, yes, yes, 0)],
  'f32x4.ge': [[a, b], u(yes, 0, yes, 0)],
  'v128.not': [[u(0, yes, 1, 2)], u(yes, 0, yes - 1, yes - 2)],
  'v128.and': [[u(12, yes, 0, 1), u(10, 7, 7, 2)], u(8, 7, 0, 0)],
  'v128.andnot': [[u(12, yes, 0, 1), u(10, 7, 7, 2)], u(4, yes - 7, 0, 1)],
  'v128.or': [[u(12, yes, 0, 1), u(10, 7, 7, 2)], u(14, yes, 7, 3)],
  'v128.xor': [[u(12, yes, 0, 1), u(10, 7, 7, 2)], u(6, yes - 7, 7, 3)],
  'v128.bitselect': [[u(1, 2, 3, 12), u(5, 6, 7, 10), u(yes, 0, yes, 4)], u(1, 6, 3, 14)],
  'v128.any_true': [[u(0, 0, 4, 0)], 1],
  'f32x4.demote_f64x2_zero': [[d(0.1, -2)], f(0.1, -2, 0, 0)],
  'f64x2.promote_low_f32x4': [[f(0.5, -2, 3, 4)], d(0.5, -2)],
  'i8x16.narrow_i16x8_u': [
    [h(1, 2, 3, 4, 5, 6, 7, 256), h(9, 10, 11, 12, 13, 14, 15, 0xffff)],
    [1, 2, 3, 4, 5, 6, 7, 255, 9, 10, 11, 12, 13, 14, 15, 0],
  ],
  'i16x8.narrow_i32x4_u': [[u(1, 2, 3, 65536), u(5, 6, 7, yes)], h(1, 2, 3, 65535, 5, 6, 7, 0)],
  'i16x8.extend_low_i8x16_u': [[bytesFrom(248)], h(248, 249, 250, 251, 252, 253, 254, 255)],
  'i16x8.extend_high_i8x16_u': [[bytesFrom(240)], h(248, 249, 250, 251, 252, 253, 254, 255)],
  'i32x4.extend_low_i16x8_u': [[h(1, 2, 3, 65535, 5, 6, 7, 65534)], u(1, 2, 3, 65535)],
  'i32x4.extend_high_i16x8_u': [[h(1, 2, 3, 65535, 5, 6, 7, 65534)], u(5, 6, 7, 65534)],
  'i32x4.shl': [[u(1, 2, yes, 4), 31], u(2 ** 31, 0, 2 ** 31, 0)],
  'i32x4.shr_s': [[u(1, 2 ** 31, yes, 4), 1], u(0, 0xc0000000, yes, 2)],
  'i32x4.shr_u': [[u(1, 2 ** 31, yes, 4), 1], u(0, 0x40000000, 0x7fffffff, 2)],
  'i32x4.add': [[u(1, 2, yes, 4), u(1, 2, 2, 4)], u(2, 4, 1, 8)],
  'i32x4.sub': [[u(1, 2, 0, 4), u(1, 1, 1, 1)], u(0, 1, yes, 3)],
  'i32x4.mul': [[u(3, 65536, yes, 4), u(3, 65536, 2, 5)], u(9, 0, yes - 1, 20)],
  'i64x2.extmul_low_i32x4_u': [[u(yes, 2, 3, 4), u(yes, 5, 6, 7)], u(1, yes - 1, 10, 0)],
  'i64x2.extmul_high_i32x4_u': [[u(1, 2, yes, 4), u(4, 5, yes, 7)], u(1, yes - 1, 28, 0)],
  'f32x4.abs': [[f(-1, 2, -0, -3)], f(1, 2, 0, 3)],
  'f32x4.neg': [[f(-1, 2, -0, 3)], f(1, -2, 0, -3)],
  'f32x4.sqrt': [[f(4, 2, 0, 0.25)], f(2, Math.SQRT2, 0, 0.5)],
  'f32x4.add': [[f(1, 2, 3, 4), f(0.5, -2, 1, 1)], f(1.5, 0, 4, 5)],
  'f32x4.sub': [[f(1, 2, 3, 4), f(0.5, -2, 1, 1)], f(0.5, 4, 2, 3)],
  'f32x4.mul': [[f(1, 2, 3, 4), f(0.5, -2, 1, 3)], f(0.5, -4, 3, 12)],
  'f32x4.div': [[f(1, 2, 3, 4), f(0.5, -2, 2, 1)], f(2, -1, 1.5, 4)],
  'f32x4.min': [[f(1, 2, 0, 4), f(0.5, 3, -0, 4)], f(0.5, 2, -0, 4)],
  'f32x4.max': [[f(1, 2, -0, 4), f(0.5, 3, 0, 4)], f(1, 3, 0, 4)],
  // Of (0, −0) the first operand comes back: neither is less than the other.
  'f32x4.pmin': [[f(1, 2, 0, 4), f(0.5, 3, -0, Number.NaN)], f(0.5, 2, 0, 4)],
  'f32x4.pmax': [[f(1, 2, -0, 4), f(0.5, 3, 0, Number.NaN)], f(1, 3, -0, 4)],
  'f64x2.sqrt': [[d(2, 9)], d(Math.SQRT2, 3)],
  'f64x2.add': [[d(0.1, 9), d(0.2, 1)], d(0.1 + 0.2, 10)],
  'f64x2.sub': [[d(0.3, 9), d(0.1, 1)], d(0.3 - 0.1, 8)],
  'f64x2.mul': [[d(0.3, 9), d(0.1, 2)], d(0.3 * 0.1, 18)],
  'f64x2.div': [[d(1, 9), d(3, 2)], d(1 / 3, 4.5)],
  'f32x4.convert_i32x4_s': [[u(1, yes, 2 ** 24 - 1, 2 ** 31)], f(1, -1, 2 ** 24 - 1, -(2 ** 31))],
}

function bytesFrom(first: number): number[] {
  return Array.from({ length: 16 }, (_, index) => (first + index) % 256)
}

describe('vector instructions', () => {
  test.each(Object.entries(vectorCases))('%s', (name, [operands, expected]) => {
    expect(runVector(name as keyof typeof simdOpcodes, operands)).toEqual(expected)
  })
})

/** Runs a scalar instruction; operands and result pass through memory, where every type is itself. */
function runScalar(name: keyof typeof scalarOpcodes, operands: readonly number[]): number {
  const [taken, given] = scalarOpcodes[name][1].split('>') as [string, keyof Letters]
  const loads = { i: 'i32.load', f: 'f32.load', d: 'f64.load' } as const
  const stores = { i: 'i32.store', f: 'f32.store', d: 'f64.store' } as const
  const run = linker(() => [
    defineFunction({ name: 'run', parameters: [] }, () => {
      const values = [...taken].map((letter, index) => load(loads[letter as keyof typeof loads], i32(8 * index)))
      const result = anyOp(name, ...values) as Value<'i32'>
      return [store(stores[given as keyof typeof stores] as 'i32.store', i32(0), result)]
    }),
  ])(memory).run
  for (const [index, operand] of operands.entries()) write(taken[index] as string, 8 * index, operand)
  run()
  if (given === 'i') return bytes.getUint32(0, true)
  return given === 'f' ? bytes.getFloat32(0, true) : bytes.getFloat64(0, true)
}

function write(letter: string, offset: number, value: number): void {
  if (letter === 'i') bytes.setUint32(offset, value, true)
  else if (letter === 'f') bytes.setFloat32(offset, value, true)
  else bytes.setFloat64(offset, value, true)
}

const scalarCases: Record<keyof typeof scalarOpcodes, readonly [readonly number[], number]> = {
  'i32.eqz': [[0], 1],
  'i32.eq': [[5, 5], 1],
  'i32.ne': [[5, 5], 0],
  'i32.lt_u': [[5, yes], 1],
  'i32.gt_u': [[5, yes], 0],
  'i32.le_u': [[yes, yes], 1],
  'i32.ge_u': [[1, yes], 0],
  'f32.eq': [[0, -0], 1],
  'f32.ne': [[Number.NaN, Number.NaN], 1],
  'f32.lt': [[1, 1], 0],
  'f32.gt': [[2, 1], 1],
  'f32.le': [[1, 1], 1],
  'f32.ge': [[0, 1], 0],
  'i32.add': [[yes, 2], 1],
  'i32.sub': [[1, 2], yes],
  'i32.mul': [[3, 5], 15],
  'i32.and': [[12, 10], 8],
  'i32.or': [[12, 10], 14],
  'i32.xor': [[12, 10], 6],
  'i32.shl': [[1, 31], 2 ** 31],
  'i32.shr_u': [[2 ** 31, 31], 1],
  'f32.abs': [[-2.5], 2.5],
  'f32.neg': [[2.5], -2.5],
  'f32.sqrt': [[2], Math.fround(Math.SQRT2)],
  'f32.add': [[1.5, 2], 3.5],
  'f32.sub': [[1.5, 2], -0.5],
  'f32.mul': [[1.5, 2], 3],
  'f32.div': [[1.5, 2], 0.75],
  'f32.min': [[1.5, 2], 1.5],
  'f32.max': [[1.5, 2], 2],
  'f64.sqrt': [[2], Math.SQRT2],
  'f64.add': [[0.1, 0.2], 0.1 + 0.2],
  'f64.sub': [[0.1, 0.2], -0.1],
  'f64.mul': [[0.1, 0.2], 0.1 * 0.2],
  'f64.div': [[1, 3], 1 / 3],
  'f32.convert_i32_s': [[yes], -1],
  'f32.demote_f64': [[0.1], Math.fround(0.1)],
  'f64.promote_f32': [[0.1], Math.fround(0.1)],
  'i32.reinterpret_f32': [[1], 0x3f800000],
  'f32.reinterpret_i32': [[0x3f800000], 1],
}

describe('scalar instructions', () => {
  test.each(Object.entries(scalarCases))('%s', (name, [operands, expected]) => {
    expect(runScalar(name as keyof typeof scalarOpcodes, operands)).toBe(expected)
  })
})
