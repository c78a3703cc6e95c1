import { describe, expect, it } from 'vitest'
import { reduceMean } from '../graph/ops.ts'
import type { Batch } from './batch.ts'
import { objectivesFor } from './objective.ts'
import { denominatorOf, figureNames, sumsLayout, Totals } from './totals.ts'

const weigh = (weights: readonly number[]): Float32Array => Float32Array.from(weights)

function batch(size: number, ...weights: readonly (readonly number[])[]): Batch {
  return { size, rows: { start: 0, count: size }, inputs: [], targets: [], weights: weights.map(weigh) }
}

/** One output, a loss and one metric with a weight of its own: loss, metric's sum and count, penalty. */
const single = sumsLayout(objectivesFor([{ name: 'out', shape: [2] }], { loss: 'mse', metrics: ['mae'] }))

const several = sumsLayout(
  objectivesFor(
    [
      { name: 'left', shape: [2] },
      { name: 'right', shape: [3] },
    ],
    { loss: ['mse', 'categoricalCrossentropy'], lossWeights: { left: 1, right: 10 }, metrics: { right: ['accuracy'] } },
  ),
)

describe('the layout of sums', () => {
  it('has the loss of every output, its metrics, and the penalty', () => {
    expect(single).toMatchObject({ length: 4, outputs: [{ loss: 0, metrics: [{ start: 1, end: 3 }] }] })
    expect(several).toMatchObject({
      length: 5,
      outputs: [
        { loss: 0, metrics: [] },
        { loss: 1, metrics: [{ start: 2 }] },
      ],
    })
  })

  it('names figures as Keras does', () => {
    expect(figureNames(single)).toEqual(['loss', 'mean_absolute_error'])
    expect(figureNames(several)).toEqual(['loss', 'left_loss', 'right_loss', 'right_acc'])
    const twice = objectivesFor([{ name: 'out', shape: [1] }], {
      loss: 'mse',
      metrics: ['mae'],
      weightedMetrics: ['mae'],
    })
    expect(figureNames(sumsLayout(twice))).toEqual(['loss', 'mean_absolute_error', 'mean_absolute_error_1'])
  })

  it('has room for metrics of one’s own', () => {
    const below = (_: unknown, predictions: Parameters<typeof reduceMean>[0]) => reduceMean(predictions, { axes: [1] })
    const objectives = objectivesFor([{ name: 'out', shape: [2] }], { loss: 'mse', metrics: [below] })
    expect(figureNames(sumsLayout(objectives))).toEqual(['loss', 'below'])
  })
})

describe('totals', () => {
  it('are sums over counts, not means of means', () => {
    const totals = new Totals(single)
    totals.add([10, 4, 2, 0.5], batch(2, [1, 1]))
    totals.add([2, 3, 1, 0.5], batch(1, [1]))
    expect(totals.figures()).toEqual({ loss: 4.5, mean_absolute_error: 7 / 3 })
    expect(totals.figures('val_')).toEqual({ val_loss: 4.5, val_mean_absolute_error: 7 / 3 })
    expect(totals.samples).toBe(3)
  })

  it('weigh a penalty that changes by the samples it was in force for', () => {
    const totals = new Totals(single)
    totals.add([0, 0, 3, 1], batch(3, [1, 1, 1]))
    totals.add([0, 0, 1, 5], batch(1, [1]))
    expect(totals.figures()['loss']).toBe(2)
  })

  it('divide each output by its own samples with a weight, and add them up by the losses’ weights', () => {
    const totals = new Totals(several)
    totals.add([8, 3, 2, 4, 0.25], batch(4, [1, 2, 0, 1], [0, 0, 3, 0]))
    const left = 8 / 3
    expect(totals.figures()).toEqual({ loss: left + 30 + 0.25, left_loss: left, right_loss: 3, right_acc: 0.5 })
    expect(denominatorOf(batch(4, [1, 2, 0, 1]), 0)).toBe(3)
  })

  it('of batches by themselves add up to those of all', () => {
    const totals = new Totals(single)
    totals.merge(Totals.ofBatch(single, [10, 4, 2, 0.5], batch(2, [1, 1])))
    const alone = Totals.ofBatch(single, [2, 3, 1, 0], batch(1, [1]))
    expect(alone.figures()).toEqual({ loss: 2, mean_absolute_error: 3 })
    expect(totals.figures()['loss']).toBe(5.5)
    totals.merge(alone)
    expect([totals.samples, ...totals.denominators]).toEqual([3, 3])
    expect(totals.figures()['loss']).toBeCloseTo(4 + 1 / 3)
  })

  it('of samples without any weight are 0, of no samples not a number', () => {
    const totals = new Totals(single)
    expect(totals.figures()).toEqual({ loss: Number.NaN, mean_absolute_error: Number.NaN })
    totals.add([0, 4, 2, 0.5], batch(2, [0, 0]))
    expect(totals.figures()).toEqual({ loss: 0.5, mean_absolute_error: 2 })
    const part = new Totals(several)
    part.add([6, 0, 1, 2, 0], batch(2, [1, 1], [0, 0]))
    expect(part.figures()).toMatchObject({ loss: 3, left_loss: 3, right_loss: 0 })
  })

  it('go on from values that were kept, as a copy, if they are of the same layout', () => {
    const first = new Totals(single)
    first.add([10, 4, 2, 0.5], batch(2, [1, 1]))
    const kept = Array.from(first.values)
    const second = new Totals(single, kept)
    for (const totals of [first, second]) totals.add([2, 3, 1, 0.5], batch(1, [1]))
    expect(second.figures()).toEqual(first.figures())
    expect(kept[0]).toBe(10)
    expect(new Totals(several, kept).samples).toBe(0)
  })
})
