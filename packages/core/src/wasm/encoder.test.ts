import { expect, test } from 'vitest'
import type { Label } from './code.ts'
import { block, branch, branchIf, loop } from './control.ts'
import { defineFunction, encodeModule } from './encoder.ts'
import {
  extractLane,
  f32,
  f32x4,
  f64,
  get,
  i32,
  i32x4,
  load,
  select,
  set,
  shuffle32x4,
  store,
  tee,
} from './instructions.ts'
import { op } from './operations.ts'
import { allocateMemory, linker } from './runtime.ts'

const memory = allocateMemory(1, { shared: false })

test('the bytes are those of the specification', () => {
  const add = defineFunction({ name: 'add', parameters: ['i32', 'i32'], result: 'i32' }, ({ parameters: [a, b] }) => [
    op('i32.add', get(a), get(b)),
  ])
  const sections = [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    [0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01, 0x7f],
    [0x02, 0x10, 0x01, 0x04, ...ascii('host'), 0x06, ...ascii('memory'), 0x02, 0x00, 0x00],
    [0x03, 0x02, 0x01, 0x00],
    [0x07, 0x07, 0x01, 0x03, ...ascii('add'), 0x00, 0x00],
    [0x0a, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0x20, 0x01, 0x6a, 0x0b],
  ]
  expect([...encodeModule([add], { shared: false })]).toEqual(sections.flat())
})

test('a loop inside a block branches to both', () => {
  const sumBelow = defineFunction(
    { name: 'sumBelow', parameters: ['i32'], result: 'i32' },
    ({ parameters: [n], local }) => {
      const [index, sum] = [local('i32'), local('i32')]
      return [
        block((end) => [
          loop((again) => [
            branchIf(end, op('i32.ge_u', get(index), get(n))),
            set(sum, op('i32.add', get(sum), get(index))),
            set(index, op('i32.add', get(index), i32(1))),
            branch(again),
          ]),
        ]),
        get(sum),
      ]
    },
  )
  const { sumBelow: run } = linker(() => [sumBelow])(memory)
  expect([run(0), run(1), run(101)]).toEqual([0, 0, 5050])
})

test('a branch from outside of its target is refused', () => {
  let stray: Label = { name: 'unset' }
  const wrong = defineFunction({ name: 'wrong', parameters: [] }, () => [
    block((end) => {
      stray = end
      return []
    }),
    branch(stray),
  ])
  expect(() => encodeModule([wrong], { shared: false })).toThrow(/branch outside of its target \(the end of a block\)/)
})

test('several functions, constants and every result type', () => {
  const { integer, single, double } = linker(() => [
    defineFunction({ name: 'integer', parameters: [], result: 'i32' }, () => [i32(0x80000000)]),
    defineFunction({ name: 'single', parameters: [], result: 'f32' }, () => [f32(0.1)]),
    defineFunction({ name: 'double', parameters: [], result: 'f64' }, () => [f64(0.1)]),
  ])(memory)
  expect([integer(), single(), double()]).toEqual([-(2 ** 31), Math.fround(0.1), 0.1])
})

test('memory is read and written at address + offset, in every width', () => {
  const copy = defineFunction({ name: 'copy', parameters: ['i32'] }, ({ parameters: [from] }) => [
    store('i32.store8', get(from), load('i32.load8_u', get(from), 1), 32),
    store('f32.store', get(from), load('f32.load', get(from), 4), 36),
    store('f64.store', get(from), load('f64.load', get(from), 8), 40),
    store('v128.store', get(from), load('v128.load', get(from)), 48),
    store('v128.store', get(from), load('v128.load32_splat', get(from), 4), 64),
    store('v128.store', get(from), load('v128.load32_zero', get(from), 4), 80),
    store('i32.store', get(from), load('i32.load', get(from), 4), 96),
    store('i32.store16', get(from), load('i32.load16_u', get(from), 6), 100),
  ])
  const bytes = new Uint8Array(memory.buffer, 3, 104)
  bytes.set(Array.from({ length: 16 }, (_, index) => index + 1))
  linker(() => [copy])(memory).copy(3)
  const single = [5, 6, 7, 8]
  const all = [...bytes.slice(0, 16)]
  expect([...bytes.slice(32)]).toEqual(
    [
      [2, 0, 0, 0],
      single,
      all.slice(8),
      all,
      single,
      single,
      single,
      single,
      single,
      Array(12).fill(0),
      single,
      [7, 8, 0, 0],
    ].flat(),
  )
})

test('lanes: shuffle, extract, constants', () => {
  const mixed = shuffle32x4(i32x4(0, 10, 20, 30), i32x4(40, 50, 60, -70), [7, 0, 3, 4])
  const lane = (index: number) =>
    defineFunction({ name: `lane${index}`, parameters: [], result: 'i32' }, () => [
      extractLane('i32x4.extract_lane', mixed, index),
    ])
  const run = linker(() => [
    ...[0, 1, 2, 3].map(lane),
    defineFunction({ name: 'single', parameters: [], result: 'f32' }, () => [
      extractLane('f32x4.extract_lane', f32x4(0.1), 3),
    ]),
    defineFunction({ name: 'double', parameters: [], result: 'f64' }, () => [
      extractLane('f64x2.extract_lane', op('f64x2.splat', f64(0.1)), 1),
    ]),
  ])(memory)
  expect([0, 1, 2, 3].map((index) => run[`lane${index}`]?.())).toEqual([-70, 0, 30, 40])
  expect([run['single']?.(), run['double']?.()]).toEqual([Math.fround(0.1), 0.1])
})

test('tee and select', () => {
  const larger = defineFunction(
    { name: 'larger', parameters: ['f32', 'f32'], result: 'f32' },
    ({ parameters, local }) => {
      const [a, b] = parameters
      const kept = local('f32')
      return [select(tee(kept, get(a)), get(b), op('f32.gt', get(kept), get(b)))]
    },
  )
  const { larger: run } = linker(() => [larger])(memory)
  expect([run(1, 2), run(3, 2)]).toEqual([2, 3])
})

function ascii(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0))
}
