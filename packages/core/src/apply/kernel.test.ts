import { describe, expect, it } from 'vitest'
import { allocateArena } from '../backend/arena.ts'
import { graph } from '../graph/graph.ts'
import type { Node } from '../graph/node.ts'
import * as o from '../graph/ops.ts'
import { compileKernels } from './compile-kernels.ts'
import { awkward, type Leaves, runElementwise } from './kernel.fixture.ts'
import { elements, kernelOf } from './kernel.ts'
import { fitsWasm } from './wasm-kernel.ts'

const f = Math.fround
const b = awkward.map((_, index) => awkward[(index * 4 + 1) % awkward.length] as number)

/** Each with what JavaScript makes of it, rounded to float32 after every operation. */
const expressions: Readonly<
  Record<string, [build: (leaves: Leaves) => Node, compute: (a: number, b: number, scalar: number) => number]>
> = {
  add: [({ a, b }) => o.add(a, b), (x, y) => x + y],
  sub: [({ a, b }) => o.sub(a, b), (x, y) => x - y],
  mul: [({ a, b }) => o.mul(a, b), (x, y) => x * y],
  div: [({ a, b }) => o.div(a, b), (x, y) => x / y],
  min: [({ a, b }) => o.min(a, b), (x, y) => Math.min(x, y)],
  max: [({ a, b }) => o.max(a, b), (x, y) => Math.max(x, y)],
  neg: [({ a }) => o.neg(a), (x) => -x],
  abs: [({ a }) => o.abs(a), (x) => Math.abs(x)],
  sqrt: [({ a }) => o.sqrt(a), (x) => Math.sqrt(x)],
  sign: [({ a }) => o.sign(a), (x) => Math.sign(x)],
  'sign of a sum': [({ a, b }) => o.sign(o.add(a, b)), (x, y) => Math.sign(f(x + y))],
  relu: [({ a }) => o.relu(a), (x) => Math.max(x, 0)],
  'select of equal': [({ a, b }) => o.select(o.equal(a, b), a, 7), (x, y) => (x === y ? x : 7)],
  'select of less': [({ a, b }) => o.select(o.less(a, b), a, b), (x, y) => (x < y ? x : y)],
  'select of lessEqual': [({ a, b }) => o.select(o.lessEqual(a, b), -1, b), (x, y) => (x <= y ? -1 : y)],
  'cast of a comparison': [({ a, b }) => o.cast(o.less(a, b), 'float32'), (x, y) => (x < y ? 1 : 0)],
  'cast to bool and back': [({ a }) => o.cast(o.cast(a, 'bool'), 'float32'), (x) => (x === 0 ? 0 : 1)],
  'select by a scalar': [({ a, b, scalar }) => o.select(o.less(scalar, 1), a, b), (x) => x],
  'scalars alone': [({ scalar }) => o.broadcast(o.div(1, o.add(scalar, 2)), elements), (_x, _y, s) => f(1 / f(s + 2))],
  'a scalar used twice': [({ a, scalar }) => o.mul(o.mul(a, scalar), scalar), (x, _y, s) => f(x * s) * s],
  'a value used twice': [
    ({ a, b }) => o.div(o.mul(a, b), o.add(o.abs(o.mul(a, b)), 1)),
    (x, y) => f(x * y) / f(Math.abs(f(x * y)) + 1),
  ],
  'a constant': [({ a }) => o.mul(a, 0.1), (x) => x * f(0.1)],
}

describe.each([true, false])('kernels with simd %s', (simd) => {
  it.each(Object.entries(expressions))('compute %s as JavaScript does', (_, [build, compute]) => {
    const got = runElementwise(build, { a: awkward, b, scalar: 0.3, simd })
    const expected = awkward.map((x, index) => f(compute(f(x), f(b[index] as number), f(0.3))))
    expect(got).toEqual(expected)
  })

  it.each([1, 3, 4, 5, 8, 13])('leave what lies behind %i elements alone', (count) => {
    const kernel = kernelOf(graph({ updates: { w: o.add(o.state('w', elements), 1) } }))
    const arena = allocateArena(64)
    arena.floats.fill(5)
    compileKernels(arena, new Map([['k', kernel]]), { simd, by: 'the test' }).runs.get('k')?.(count, [16], [])
    expect([...arena.floats.subarray(0, 64)]).toEqual(
      Array.from({ length: 64 }, (_, index) => (index >= 16 && index < 16 + count ? 6 : 5)),
    )
  })

  it('read everything before they write anything', () => {
    const [p, q] = [o.state('p', elements), o.state('q', elements)]
    const kernel = kernelOf(graph({ updates: { p: q, q: p } }))
    const arena = allocateArena(64)
    arena.floats.fill(1, 0, 32).fill(2, 32, 64)
    const offsets = kernel.arrays.map((name) => (name === 'p' ? 0 : 32))
    compileKernels(arena, new Map([['k', kernel]]), { simd, by: 'the test' }).runs.get('k')?.(19, offsets, [])
    const expected = Array.from({ length: 64 }, (_, index) => (index % 32 < 19 === index < 32 ? 2 : 1))
    expect([...arena.floats.subarray(0, 64)]).toEqual(expected)
  })

  it('sum squares in float64, without what lies behind', () => {
    const kernel = kernelOf(graph({ outputs: { squared: o.mul(o.state('w', elements), 2) } }))
    const arena = allocateArena(1 << 16)
    arena.floats.fill(1e4).fill(0.1, 0, 50_001)
    const run = compileKernels(arena, new Map([['k', kernel]]), { simd, by: 'the test' }).runs.get('k')
    const expected = 50_001 * f(0.2) ** 2
    expect(Math.abs((run?.(50_001, [0], []) as number) / expected - 1)).toBeLessThan(1e-12)
  })
})

describe('kernels', () => {
  it.each<[string, (leaves: Leaves) => Node, (x: number, y: number) => number]>([
    ['exp', ({ a }) => o.exp(a), (x) => Math.exp(x)],
    ['log', ({ a }) => o.log(a), (x) => Math.log(x)],
    ['tanh', ({ a }) => o.tanh(a), (x) => Math.tanh(x)],
    ['sigmoid', ({ a }) => o.sigmoid(a), (x) => 1 / (1 + Math.exp(-x))],
    ['pow', ({ a, b }) => o.pow(a, b), (x, y) => x ** y],
    [
      'equal of bools',
      ({ a, b }) => o.cast(o.equal(o.less(a, 0), o.less(b, 0)), 'float32'),
      (x, y) => (x < 0 === y < 0 ? 1 : 0),
    ],
  ])('run %s in JavaScript, as WebAssembly lacks it', (_, build, compute) => {
    const leaves = { a: o.state('a', elements), b: o.state('b', elements), scalar: o.input('scalar', []) }
    expect(fitsWasm(kernelOf(graph({ updates: { out: build(leaves) } })))).toBe(false)
    const got = runElementwise(build, { a: awkward, b, simd: true })
    expect(got).toEqual(awkward.map((x, index) => f(compute(f(x), f(b[index] as number)))))
  })

  it.each<[string, (leaves: Leaves) => Node]>([
    ['reduceSum to float32[]', ({ a, b }) => o.mul(o.reduceSum(a), b)],
    ['cast to int32[4]', ({ a }) => o.cast(o.cast(a, 'int32'), 'float32')],
    ['reshape to float32[2, 2]', ({ a }) => o.reshape(o.neg(o.reshape(a, [2, 2])), [4])],
    ['constant to float32[4]', ({ a }) => o.add(a, o.constant([1, 2, 3, 4], [4]))],
    ['erf to float32[4]', ({ a }) => o.erf(a)],
  ])('refuse %s, naming the rule', (what, build) => {
    expect(() => runElementwise(build, { a: [1], b: [1], simd: true })).toThrowError(
      `the test: the update on the host cannot run ${what}`,
    )
  })
})
