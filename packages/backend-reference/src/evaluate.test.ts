import { graph, ops } from '@lockstep/core'
import { describe, expect, test } from 'vitest'
import { evaluate } from './evaluate.ts'
import { referenceKernels } from './kernels.ts'

const w = ops.state('w', [2])
const x = ops.input('x', [2])

test('rounds nothing to float32, constants included', () => {
  const { outputs } = evaluate(graph({ outputs: { y: ops.mul(x, 0.1) } }), { inputs: { x: [1, 1 + 2 ** -50] } })
  expect(outputs.get('y')).toEqual(Float64Array.of(0.1, 0.1 * (1 + 2 ** -50)))
})

test('reads all state before it hands out updates, and leaves what it was fed as it was', () => {
  const states = { w: [1, 2], v: Float64Array.of(3, 4) }
  const { outputs, updates } = evaluate(
    graph({ updates: { w: ops.state('v', [2]), v: w }, outputs: { sum: ops.add(w, ops.state('v', [2])) } }),
    { states },
  )
  expect(updates.get('w')).toEqual(Float64Array.of(3, 4))
  expect(updates.get('v')).toEqual(Float64Array.of(1, 2))
  expect(outputs.get('sum')).toEqual(Float64Array.of(4, 6))
  expect(states).toEqual({ w: [1, 2], v: Float64Array.of(3, 4) })
})

describe('refuses', () => {
  const sum = graph({ outputs: { y: ops.add(w, x) } })
  test.each([
    ['a missing input', { states: { w: [1, 2] } }, 'input "x" has no elements'],
    ['a missing state', { inputs: { x: [1, 2] } }, 'state "w" has no elements'],
    ['a wrong length', { inputs: { x: [1] }, states: { w: [1, 2] } }, 'has 1 elements; expected 2'],
  ])('%s', (_, feeds, part) => {
    expect(() => evaluate(sum, feeds)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', message: expect.stringContaining(part) }),
    )
  })
})

test('uses the kernels that it is given', () => {
  const kernels = { ...referenceKernels, add: () => Float64Array.of(7, 7) }
  expect(
    evaluate(graph({ outputs: { y: ops.add(x, x) } }), { inputs: { x: [1, 2] } }, kernels).outputs.get('y'),
  ).toEqual(Float64Array.of(7, 7))
})
