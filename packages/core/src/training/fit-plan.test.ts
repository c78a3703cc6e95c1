import { describe, expect, it } from 'vitest'
import { History } from '../callbacks/history.ts'
import { dense } from '../network/layers/dense.ts'
import { Network } from '../network/network.ts'
import type { Compiled } from './compile.ts'
import type { TrainingData } from './dataset.ts'
import type { FitPlan } from './fit.ts'
import { type FitOptions, fitPlan } from './fit-plan.ts'
import { objectivesFor } from './objective.ts'
import type { TrainingProgress } from './progress.ts'

const network = Network.sequential([dense({ units: 1, inputShape: [1] })])
const compiled = {
  options: {},
  program: { network, objectives: objectivesFor(network.outputs, { loss: 'mse' }), trained: [] },
  stepsPerExecution: 1,
  gradientAccumulation: 3,
} as unknown as Compiled
const column = Array.from({ length: 10 }, (_, index) => [index])
const arrays: TrainingData = { x: column, y: column }
const somewhere = (): TrainingProgress => ({ step: 9, samples: 90, epoch: 4, batch: 2, totals: [1] })

async function plan(options: FitOptions, data = arrays, progress = somewhere()): Promise<FitPlan> {
  return fitPlan(compiled, data, { verbose: 0, ...options }, { seed: 0, progress, history: new History() })
}

describe('a plan for fit', () => {
  it('has Keras’ defaults', async () => {
    const { source, ...rest } = await plan({})
    expect(source).toMatchObject({ samples: 10, batches: 1 })
    expect(rest).toEqual({
      epochs: 1,
      initialEpoch: 0,
      batchSize: 32,
      verbose: 0,
      unitOptions: { accumulation: 3, fused: 1 },
      callbacks: [expect.any(History)],
    })
  })

  it('begins anew, but goes on counting steps', async () => {
    const progress = somewhere()
    await plan({ initialEpoch: 1 }, arrays, progress)
    expect(progress).toEqual({ step: 9, samples: 90, epoch: 1, batch: 0, totals: [] })
  })

  it('goes on where training stands when resuming', async () => {
    const progress = somewhere()
    expect((await plan({ resume: true, epochs: 6 }, arrays, progress)).initialEpoch).toBe(4)
    expect(progress).toEqual(somewhere())
  })

  it('has the caller’s callbacks before the history and the bar', async () => {
    const mine = {}
    const { callbacks } = await plan({ callbacks: [mine], verbose: 2 })
    expect(callbacks).toHaveLength(3)
    expect(callbacks[0]).toBe(mine)
    expect(callbacks[1]).toBeInstanceOf(History)
  })

  it('validates on data of its own, or on the last part', async () => {
    expect((await plan({ validationSplit: 0.2 })).validation?.length).toBe(2)
    expect((await plan({ validationSplit: 0.2 })).source.samples).toBe(8)
    const given = await plan({ validationSplit: 0.2, validationData: [[[1]], [[2]], [3]] })
    expect([given.validation?.length, given.source.samples]).toEqual([1, 10])
    expect(Array.from(given.validation?.weights[0] ?? [])).toEqual([3])
    expect((await plan({ validationSplit: 0 })).validation).toBeUndefined()
    const batches = { dataset: [{ x: column, y: column }] }
    expect((await plan({ validationData: [[[1]], [[2]]], stepsPerEpoch: 4 }, batches)).source.batches).toBe(4)
  })

  const dataset: TrainingData = { dataset: [{ x: column, y: column }] }
  it.each<readonly [FitOptions, TrainingData, RegExp]>([
    [{ epochs: 1.5 }, arrays, /epochs is 1.5; expected a whole number from 0 on/],
    [{ initialEpoch: -1 }, arrays, /initialEpoch is -1/],
    [{ batchSize: 0 }, arrays, /batchSize is 0/],
    [{ stepsPerEpoch: 0 }, arrays, /stepsPerEpoch is 0/],
    [{ validationSplit: 1.5 }, arrays, /validationSplit is 1.5/],
    [{ validationData: [[], []] }, arrays, /validationData holds no samples/],
    [{ sampleWeight: [1] }, arrays, /x has 10 samples but sampleWeight has 1/],
    [{}, { x: column, y: undefined as never }, /y is undefined/],
    [{ validationSplit: 0.5 }, dataset, /validationSplit needs arrays/],
    [{ sampleWeight: [1] }, dataset, /sampleWeight needs arrays/],
  ])('case %#: is refused, and progress is as it was', async (options, data, message) => {
    const progress = somewhere()
    await expect(plan(options, data, progress)).rejects.toThrow(message)
    expect(progress).toEqual(somewhere())
  })
})
