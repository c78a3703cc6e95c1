import { expect, it } from 'vitest'
import { updateBenchmark } from './update-benchmark.ts'

it('measures both kinds of update, which leave the same bits', () => {
  const { parameters, learner, simdMs, javascriptMs } = updateBenchmark('mlp', 2)
  expect({ parameters, learner }).toEqual({ parameters: 669_706, learner: 'rmsprop' })
  expect(simdMs).toBeGreaterThan(0)
  expect(javascriptMs).toBeGreaterThan(simdMs)
})
