import { describe, expect, test } from 'vitest'
import { graph } from '../graph/graph.ts'
import * as o from '../graph/ops.ts'
import { checkBinding, checkStates, hostTensor } from './binding.ts'
import { stateLayout } from './state-layout.ts'

const mask = o.random('bernoulli', [2, 3], { stream: 5 })
const x = o.input('x', [2, 3])
const at = o.input('at', [2], 'int32')
const results = graph({
  outputs: { y: o.gather(o.reduceSum(o.select(mask, x, 0), { axes: [1] }), at), on: o.less(x, 0) },
})

const inputs = (steps = 1): Record<string, Float32Array | Int32Array | Uint8Array> => ({
  x: new Float32Array(6 * steps),
  at: new Int32Array(2 * steps),
  'random/5': new Uint8Array(6 * steps),
})
const outputs = (steps = 1): Record<string, Float32Array | Uint8Array> => ({
  y: new Float32Array(2 * steps),
  on: new Uint8Array(6 * steps),
})

describe('checkBinding', () => {
  test('accepts what fits, for one step and for several', () => {
    expect(() => checkBinding(results, inputs(), outputs())).not.toThrow()
    expect(() => checkBinding(results, inputs(4), outputs(4), 4)).not.toThrow()
  })

  test.each([
    ['missing input', { ...inputs(), x: undefined }, outputs(), 'x', 'input "x" is missing'],
    ['missing random input', { ...inputs(), 'random/5': undefined }, outputs(), 'random/5', 'missing'],
    ['missing output', inputs(), { y: new Float32Array(2) }, 'on', 'output "on" is missing; the graph has y, on'],
    ['extra input', { ...inputs(), z: new Float32Array(1) }, outputs(), 'z', 'no input "z"; it has x, at, random/5'],
    ['extra output', inputs(), { ...outputs(), z: new Float32Array(1) }, 'z', 'no output "z"'],
    [
      'wrong length',
      { ...inputs(), x: new Float32Array(5) },
      outputs(),
      'x',
      'Float32Array(5); expected Float32Array(6)',
    ],
    ['wrong type', { ...inputs(), at: new Float32Array(2) }, outputs(), 'at', 'expected Int32Array(2)'],
    ['single step for several', inputs(), outputs(), 'x', '(24)'],
  ])('refuses a %s', (what, fed, results_, argument, part) => {
    const given = Object.fromEntries(Object.entries(fed).filter(([, tensor]) => tensor !== undefined)) as never
    const steps = what === 'single step for several' ? 4 : 1
    expect(() => checkBinding(results, given, results_, steps)).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        details: { argument },
        message: expect.stringContaining(part),
      }),
    )
  })
})

describe('checkStates', () => {
  const layout = stateLayout([
    ['w', [2]],
    ['slot', [2]],
  ])
  const w = o.state('w', [2])

  test('accepts what the layout has, read or written', () => {
    expect(() => checkStates(graph({ outputs: { y: w }, updates: { slot: o.neg(w) } }), layout)).not.toThrow()
  })

  test.each([
    ['unknown entry read', graph({ outputs: { y: o.state('v', [2]) } }), 'unknown-name'],
    ['unknown entry written', graph({ updates: { v: w } }), 'unknown-name'],
    ['other shape read', graph({ outputs: { y: o.state('w', [1, 2]) } }), 'shape-mismatch'],
    ['other shape written', graph({ updates: { slot: o.reduceSum(w) } }), 'shape-mismatch'],
  ])('refuses an %s', (_, wrong, code) => {
    expect(() => checkStates(wrong, layout)).toThrow(expect.objectContaining({ code }))
  })
})

test.each([
  ['float32', Float32Array],
  ['int32', Int32Array],
  ['bool', Uint8Array],
] as const)('hostTensor of %s', (dtype, array) => {
  const tensor = hostTensor(dtype, 3)
  expect(tensor).toBeInstanceOf(array)
  expect([...tensor]).toEqual([0, 0, 0])
})
