import { expect, it } from 'vitest'
import { matmulShare, productSize } from './matmul-share.ts'
import type { Turn } from './race.ts'

const turn = (stepMs: number): Turn => ({ name: '', stepMs, meanStepMs: stepMs, bestStepMs: stepMs, loss: 1 })

it('holds images a second against what the products of the same round allow', () => {
  // 20 GFLOP/s in the first round, 40 in the second; 72 MFLOP × 100 images take 360 and 180 ms of that.
  const product = (2 * productSize ** 3) / 20e9
  const { gflops, allowed, share } = matmulShare(
    [
      [turn(720), turn(1000 * product)],
      [turn(720), turn(500 * product)],
    ],
    'cnn',
    100,
  )
  expect([gflops.lower, gflops.upper]).toEqual([expect.closeTo(25), expect.closeTo(35)])
  expect(allowed.median).toBeCloseTo(30e9 / 72e6)
  expect([share.lower, share.median, share.upper]).toEqual(
    [0.3125, 0.375, 0.4375].map((value) => expect.closeTo(value)),
  )
})
