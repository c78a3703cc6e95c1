import { describe, expect, test } from 'vitest'
import { graph, randomName } from './graph.ts'
import type { Node } from './node.ts'
import * as o from './ops.ts'

const x = (): Node => o.input('x', [2])
const opsOf = (...outputs: Node[]): string[] =>
  graph({ outputs: Object.fromEntries(outputs.map((node, at) => [`y${at}`, node])) }).nodes.map(({ op }) => op)

describe('equal computations', () => {
  test('are one node, also when they were made apart', () => {
    const twice = (): Node => o.mul(o.add(x(), 1), 2)
    expect(opsOf(twice(), twice())).toHaveLength(opsOf(twice()).length)
    const { outputs } = graph({ outputs: { a: twice(), b: twice() } })
    expect(outputs.get('a')).toBe(outputs.get('b'))
  })

  test.each([
    ['operands', o.sub(x(), 1), o.sub(1, x())],
    ['attributes', o.pad(x(), [1], [0]), o.pad(x(), [0], [1])],
    ['shapes', o.reshape(o.iota(6), [2, 3]), o.reshape(o.iota(6), [3, 2])],
    ['dtypes', o.cast(x(), 'int32'), o.cast(x(), 'bool')],
    ['constants', o.add(x(), 0.1), o.add(x(), 0.1 + 1e-16 * 0.2 + 2 ** -55)],
    ['signs of zero', o.div(x(), 0), o.div(x(), -0)],
    ['streams', o.random('normal', [2], { stream: 1 }), o.random('normal', [2], { stream: 2 })],
    [
      'pads of infinity',
      o.pad(x(), [1], [0], Number.POSITIVE_INFINITY),
      o.pad(x(), [1], [0], Number.NEGATIVE_INFINITY),
    ],
  ])('are two with other %s', (_, a, b) => {
    const { outputs } = graph({ outputs: { a, b } })
    expect(outputs.get('a')).not.toBe(outputs.get('b'))
  })

  test('are told apart by long constants, signs of zero included', () => {
    const long = (first: number): Node => o.constant([first, ...new Array(99).fill(1)], [100])
    const { outputs } = graph({ outputs: { a: long(0), b: long(-0), c: long(2), d: long(2) } })
    expect(new Set(outputs.values()).size).toBe(3)
  })
})

test('nodes come once, operands before users, and unused ones not at all', () => {
  const base = o.exp(x())
  o.log(base)
  const { nodes } = graph({ outputs: { y: o.add(base, o.neg(base)) } })
  expect(nodes.map(({ op }) => op)).toEqual(['input', 'exp', 'neg', 'add'])
  for (const [at, node] of nodes.entries())
    for (const operand of node.inputs) expect(nodes.indexOf(operand)).toBeLessThan(at)
})

test('leaves are listed by kind', () => {
  const random = o.random('uniform', [2], { stream: 7 })
  const sum = o.add(o.add(x(), o.state('w', [2])), random)
  const { inputs, states, randoms } = graph({ outputs: { sum } })
  expect(inputs.map(({ attributes }) => attributes.name)).toEqual(['x'])
  expect(states.map(({ attributes }) => attributes.name)).toEqual(['w'])
  expect(randoms.map(randomName)).toEqual(['random/7'])
})

test('stopGradient leaves no trace', () => {
  const stopped = o.stopGradient(o.exp(x()))
  expect(opsOf(o.neg(stopped))).toEqual(['input', 'exp', 'neg'])
  expect(graph({ outputs: { y: stopped } }).hash).toBe(graph({ outputs: { y: o.exp(x()) } }).hash)
})

describe('the hash', () => {
  const of = (y: Node): string => graph({ outputs: { y } }).hash

  test('is the same for the same computation, whatever its scope', () => {
    expect(of(o.exp(x()))).toBe(of(o.withScope('dense_1', () => o.exp(x()))))
    expect(of(o.exp(x()))).toMatch(/^[0-9a-f]{28}$/)
  })

  test('differs with the computation, its names and what becomes of the result', () => {
    const hashes = [
      of(o.exp(x())),
      of(o.log(x())),
      of(o.exp(o.input('z', [2]))),
      of(o.exp(o.input('x', [3]))),
      graph({ outputs: { z: o.exp(x()) } }).hash,
      graph({ updates: { y: o.exp(x()) } }).hash,
      graph({ outputs: { y: o.exp(x()), z: x() } }).hash,
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('is not confused by a name with punctuation', () => {
    const one = graph({ outputs: { 'a"=0;"b': x() } })
    const two = graph({ outputs: { a: x(), b: x() } })
    expect(one.hash).not.toBe(two.hash)
  })
})

describe('names', () => {
  test.each([
    ['input of two shapes', () => graph({ outputs: { a: x(), b: o.input('x', [3]) } }), '"x"'],
    ['input of two dtypes', () => graph({ outputs: { a: x(), b: o.input('x', [2], 'int32') } }), 'input "x"'],
    ['state of two shapes', () => graph({ outputs: { a: o.state('w', [2]), b: o.state('w', [3]) } }), 'state "w"'],
    [
      'stream of two kinds',
      () =>
        graph({
          outputs: { a: o.random('normal', [2], { stream: 1 }), b: o.random('uniform', [2], { stream: 1 }) },
        }),
      'random stream "1"',
    ],
  ])('one name for an %s is refused', (_, build, part) => {
    expect(build).toThrow(expect.objectContaining({ code: 'invalid-argument', message: expect.stringContaining(part) }))
  })

  test('an input, a state and an output may have the same', () => {
    expect(() => graph({ outputs: { w: o.add(o.state('w', [2]), o.input('w', [2])) } })).not.toThrow()
  })
})

test.each([
  ['shape', o.add(o.reshape(o.state('w', [2]), [2, 1]), 1), '[2] and [2, 1]'],
  ['dtype', o.cast(o.state('w', [2]), 'int32'), 'int32'],
])('an update of another %s is refused', (_, value, part) => {
  expect(() => graph({ updates: { w: value } })).toThrow(
    expect.objectContaining({ code: 'shape-mismatch', message: expect.stringContaining(part) }),
  )
})

test('a chain of 100,000 nodes is no problem', () => {
  let node = x()
  for (let at = 0; at < 100_000; at++) node = o.neg(node)
  expect(graph({ outputs: { node } }).nodes).toHaveLength(100_001)
})
