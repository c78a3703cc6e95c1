import { expect, test } from 'vitest'
import { graph } from './graph.ts'
import * as o from './ops.ts'
import { printGraph } from './print.ts'

test('prints one node a line, with attributes, types, scopes and results', () => {
  const w = o.state('dense_1/kernel', [3, 2])
  const y = o.withScope('dense_1', () => o.matmul(o.input('x', [4, 3]), w))
  const next = o.sub(w, o.mul(w, 0.5))
  expect(printGraph(graph({ outputs: { y }, updates: { 'dense_1/kernel': next } }))).toBe(
    [
      '%0 = input() {"name":"x"} : float32[4, 3]   // dense_1',
      '%1 = state() {"name":"dense_1/kernel"} : float32[3, 2]',
      '%2 = matmul(%0, %1) {"transposeA":false,"transposeB":false} : float32[4, 2]   // dense_1',
      '%3 = constant() {0.5} : float32[]',
      '%4 = broadcast(%3) : float32[3, 2]',
      '%5 = mul(%1, %4) : float32[3, 2]',
      '%6 = sub(%1, %5) : float32[3, 2]',
      'output y = %2',
      'update dense_1/kernel = %6',
    ].join('\n'),
  )
})

test('shows long constants by their hash, and what JSON has no word for', () => {
  const text = printGraph(
    graph({
      outputs: {
        long: o.constant([1, 2, 3, 4, 5], [5]),
        odd: o.constant([-0, Number.NaN, Number.POSITIVE_INFINITY], [3]),
        pad: o.pad(o.input('x', [1]), [1], [0], Number.NEGATIVE_INFINITY),
      },
    }),
  )
  expect(text).toMatch(/constant\(\) \{5 values #[0-9a-f]{28}\}/)
  expect(text).toContain('constant() {-0,NaN,Infinity}')
  expect(text).toContain('"value":"-Infinity"')
})
