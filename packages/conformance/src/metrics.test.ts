import { evaluate } from '@lockstep/backend-reference'
import {
  auc,
  binaryAccuracy,
  categoricalAccuracy,
  graph,
  lossMetric,
  type Metric,
  meanMetric,
  meanSquaredError,
  ops,
  precision,
  recall,
  resolveLoss,
  resolveMetric,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from '@lockstep/core'
import { describe, expect, it } from 'vitest'

interface Batch {
  readonly targets: readonly number[]
  readonly predictions: readonly number[]
  readonly shape: readonly number[]
  readonly weights?: readonly number[]
  readonly sparse?: boolean
}

function sumsOf(metric: Metric, { targets, predictions, shape, weights, sparse = false }: Batch): Float64Array {
  const samples = shape[0] as number
  const t = ops.input('t', sparse ? shape.slice(0, -1) : shape, sparse ? 'int32' : 'float32')
  const sums = metric.sums(t, ops.input('p', shape), ops.input('w', [samples]))
  expect(sums.dtype).toBe('float32')
  const inputs = { t: targets, p: predictions, w: weights ?? Array.from({ length: samples }, () => 1) }
  const values = evaluate(graph({ outputs: { sums } }), { inputs }).outputs.get('sums') as Float64Array
  expect(sums.shape).toEqual([values.length])
  return values
}

/** The figure over several batches, whose sums are added up. */
function figureOf(metric: Metric, ...batches: Batch[]): number {
  const [first, ...rest] = batches.map((batch) => sumsOf(metric, batch)) as [Float64Array, ...Float64Array[]]
  return metric.result(rest.reduce((total, sums) => total.map((sum, index) => sum + (sums[index] as number)), first))
}

const column = (targets: number[], predictions: number[], weights?: number[]): Batch => ({
  targets,
  predictions,
  shape: [targets.length, 1],
  ...(weights && { weights }),
})

describe('accuracies', () => {
  const rows = { predictions: [0.1, 0.9, 0.8, 0.05, 0.95, 0], shape: [2, 3] }
  const oneHot = { ...rows, targets: [0, 0, 1, 0, 1, 0] }
  const numbered = { ...rows, targets: [2, 1], sparse: true }

  it('binary: a prediction must exceed the threshold, and 0.5 does not', () => {
    const batch = column([1, 1, 0, 0, 0], [0.98, 0.5, 0.5, 0.6, 1.5])
    expect(figureOf(binaryAccuracy(), batch)).toBeCloseTo(2 / 5, 12)
    expect(figureOf(binaryAccuracy({ threshold: 0.7 }), batch)).toBeCloseTo(3 / 5, 12)
  })

  it('binary: averages over the elements of a sample, and a soft label is never met', () => {
    const batch = { targets: [1, 0, 0.9, 1], predictions: [0.9, 0.9, 0.9, 0.9], shape: [2, 2] }
    expect(sumsOf(binaryAccuracy(), batch)).toEqual(Float64Array.of(1, 2))
  })

  it('categorical: the first maximum decides', () => {
    expect(figureOf(categoricalAccuracy(), oneHot)).toBe(0.5)
    const tied = { targets: [1, 0, 0, 0, 0, 1], predictions: [0.5, 0.5, 0, 0, 0.5, 0.5], shape: [2, 3] }
    expect(figureOf(categoricalAccuracy(), tied)).toBe(0.5)
  })

  it('sparse: the same of class numbers, also for every position of a sequence', () => {
    expect(figureOf(sparseCategoricalAccuracy(), numbered)).toBe(0.5)
    const sequence = { targets: [1, 1, 0, 0], predictions: [0, 1, 1, 0, 1, 0, 1, 0], shape: [2, 2, 2], sparse: true }
    expect(sumsOf(sparseCategoricalAccuracy(), sequence)).toEqual(Float64Array.of(1.5, 2))
  })

  it.each([
    [1, 0.5],
    [2, 1],
    [5, 1],
  ])('top %i', (k, expected) => {
    expect(figureOf(topKCategoricalAccuracy({ k }), oneHot)).toBe(expected)
    expect(figureOf(sparseTopKCategoricalAccuracy({ k }), numbered)).toBe(expected)
  })

  it('top k: classes tied with the right one do not push it out, NaN does', () => {
    const row = (predictions: number[]): Batch => ({ targets: [0], predictions, shape: [1, 3], sparse: true })
    const top1 = sparseTopKCategoricalAccuracy({ k: 1 })
    expect(figureOf(top1, row([0.5, 0.5, 0]))).toBe(1)
    expect(figureOf(top1, row([Number.NaN, 0.5, 0]))).toBe(0)
  })
})

describe('means', () => {
  it('add up to the same over any split, weighted by sample', () => {
    const predictions = [1, 2, 3, 4, 5, 6]
    const targets = [0, 0, 0, 0, 0, 0]
    const weights = [1, 0, 2]
    const whole = { targets, predictions, shape: [3, 2], weights }
    const part = (from: number, to: number): Batch => ({
      targets: targets.slice(2 * from, 2 * to),
      predictions: predictions.slice(2 * from, 2 * to),
      weights: weights.slice(from, to),
      shape: [to - from, 2],
    })
    const metric = lossMetric(meanSquaredError())
    expect(figureOf(metric, whole)).toBeCloseTo((2.5 + 2 * 30.5) / 3, 12)
    expect(figureOf(metric, part(0, 1), part(1, 3))).toBe(figureOf(metric, whole))
  })

  it('a function of one’s own is averaged over elements and samples', () => {
    const bias = resolveMetric((t, p) => ops.sub(p, t), { loss: meanSquaredError(), outputShape: [2] })
    expect(figureOf(bias, { targets: [1, 2, 3, 4], predictions: [2, 2, 4, 0], shape: [2, 2] })).toBe(-0.5)
  })

  it('without any weight there is no mean', () => {
    const metric = meanMetric('score', (_, p) => p)
    expect(figureOf(metric, column([0], [3], [0]))).toBeNaN()
  })

  it('every loss is a metric', () => {
    const batch = { targets: [0, 1, 0, 0], predictions: [0.6, 0.4, 0.4, 0.6], shape: [2, 2] }
    const poisson = resolveMetric('poisson', { loss: resolveLoss('mse'), outputShape: [2] })
    expect(figureOf(poisson, batch)).toBeCloseTo((0.5 + (-Math.log(0.4 + 1e-7) + 1) / 2) / 2, 12)
  })
})

describe('precision and recall', () => {
  // The examples of Keras' documentation.
  it.each([
    [precision(), [0, 1, 1, 1], [1, 0, 1, 1], undefined, 2 / 3],
    [precision(), [0, 1, 1, 1], [1, 0, 1, 1], [0, 0, 1, 0], 1],
    [recall(), [0, 1, 1, 1], [1, 0, 1, 1], undefined, 2 / 3],
    [recall(), [0, 1, 1, 1], [1, 0, 1, 1], [0, 0, 1, 0], 1],
    [precision({ threshold: 0.7 }), [1, 1, 0], [0.71, 0.7, 0.9], undefined, 1 / 2],
    [recall({ threshold: 0.7 }), [1, 1, 0], [0.71, 0.7, 0.9], undefined, 1 / 2],
    [precision(), [1, 0], [0.1, 0.2], undefined, 0],
    [recall(), [0, 0], [0.9, 0.2], undefined, 0],
  ])('$name of %j for %j, weights %j', (metric, targets, predictions, weights, expected) => {
    expect(figureOf(metric, column(targets, predictions, weights))).toBeCloseTo(expected, 12)
  })

  it('of one class, from one-hot rows or class numbers', () => {
    const rows = { predictions: [0.6, 0.4, 0.7, 0.3, 0.2, 0.8, 0.1, 0.9], shape: [4, 2] }
    const oneHot = { ...rows, targets: [1, 0, 0, 1, 0, 1, 1, 0] }
    const numbered = { ...rows, targets: [0, 1, 1, 0], sparse: true }
    for (const batch of [oneHot, numbered]) {
      expect(figureOf(precision({ classId: 1 }), batch)).toBe(1 / 2)
      expect(figureOf(recall({ classId: 0 }), batch)).toBe(1 / 2)
      expect(figureOf(precision(), batch)).toBe(1 / 2)
    }
    expect(() => sumsOf(recall({ classId: 2 }), oneHot)).toThrowError('classId is 2; expected one of the classes 0 … 1')
  })
})

describe('area under the curve', () => {
  // The example of Keras' documentation.
  it.each([
    [undefined, 0.75],
    [[1, 0, 0, 1], 1],
  ])('of three thresholds, weights %j', (weights, expected) => {
    const batch = column([0, 0, 1, 1], [0, 0.5, 0.3, 0.9], weights)
    expect(figureOf(auc({ thresholds: 3 }), batch)).toBeCloseTo(expected, 12)
  })

  it('over 200 thresholds is the chance that a positive scores higher', () => {
    const scores = [0.03, 0.11, 0.19, 0.35, 0.42, 0.58, 0.61, 0.77, 0.86, 0.94]
    const labels = [0, 0, 1, 0, 1, 0, 1, 1, 0, 1]
    let higher = 0
    for (const [i, a] of scores.entries()) {
      for (const [j, b] of scores.entries()) higher += labels[i] === 1 && labels[j] === 0 && a > b ? 1 : 0
    }
    const first = column(labels.slice(0, 3), scores.slice(0, 3))
    const second = column(labels.slice(3), scores.slice(3))
    expect(figureOf(auc(), first, second)).toBeCloseTo(higher / 25, 12)
  })

  it('counts predictions of exactly 0 and 1', () => {
    expect(figureOf(auc(), column([0, 1], [0, 1]))).toBe(1)
    expect(figureOf(auc(), column([0, 1], [1, 0]))).toBe(0)
    expect(figureOf(auc(), column([0, 1], [0, 0]))).toBe(0.5)
  })

  it('of precision over recall', () => {
    // Above 0.5: one true and one false positive; above −1e-7: two of each. TP = P / 2 between the points and from none
    // to the first, so ∫ TP / P dTP = (2 − 1) / 2 + 1 / 2, over two positives.
    const batch = column([0, 0, 1, 1], [0.4, 0.8, 0.3, 0.9])
    expect(figureOf(auc({ thresholds: 3, curve: 'PR' }), batch)).toBeCloseTo(1 / 2, 12)
    // A step from (TP 1, P 1) to (TP 2, P 3): TP = P / 2 + 1 / 2, so its part is (1 + log 3 / 2) / 2; before it 1.
    const uneven = column([0, 1, 1], [0.4, 0.3, 0.9])
    expect(figureOf(auc({ thresholds: 3, curve: 'PR' }), uneven)).toBeCloseTo((1 + (1 + Math.log(3) / 2) / 2) / 2, 12)
  })

  it('is 0 without positives', () => {
    expect(figureOf(auc(), column([0, 0], [0.2, 0.9]))).toBe(0)
    expect(figureOf(auc({ curve: 'PR' }), column([0, 0], [0.2, 0.9]))).toBe(0)
  })
})
