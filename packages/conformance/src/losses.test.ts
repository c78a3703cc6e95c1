import { evaluate } from '@lockstep/backend-reference'
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalHinge,
  cosineProximity,
  gradients,
  graph,
  hinge,
  huber,
  kullbackLeiblerDivergence,
  type Loss,
  logcosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  ops,
  poisson,
  resolveLoss,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from '@lockstep/core'
import { describe, expect, it } from 'vitest'

interface Batch {
  readonly targets: readonly number[]
  readonly predictions: readonly number[]
  readonly shape: readonly number[]
}

/** The loss of every sample, and the gradient of their sum with respect to the predictions. */
function lossOf(loss: Loss, { targets, predictions, shape }: Batch): { losses: number[]; gradient: number[] } {
  const sparse = loss.targets === 'sparse'
  const t = ops.input('t', sparse ? shape.slice(0, -1) : shape, sparse ? 'int32' : 'float32')
  const p = ops.input('p', shape)
  const losses = loss.perSample(t, p)
  expect(losses.shape).toEqual(shape.slice(0, 1))
  const [gradient] = gradients(ops.reduceSum(losses), [p])
  const { outputs } = evaluate(graph({ outputs: { losses, gradient: gradient as typeof p } }), {
    inputs: { t: targets, p: predictions },
  })
  return { losses: [...(outputs.get('losses') ?? [])], gradient: [...(outputs.get('gradient') ?? [])] }
}

const pairs = (targets: number[], predictions: number[]): Batch => ({ targets, predictions, shape: [2, 2] })
const halves = pairs([0, 1, 0, 0], [0.6, 0.4, 0.4, 0.6])
const ones = pairs([0, 1, 0, 0], [1, 1, 0, 0])
const classes = { predictions: [0.05, 0.95, 0, 0.1, 0.8, 0.1], shape: [2, 3] }
const oneHot = { ...classes, targets: [0, 1, 0, 0, 0, 1] }
const sparse = { ...classes, targets: [1, 2] }

describe('values', () => {
  // The batch values of the examples in Keras' documentation, or worked out by hand where it has none.
  it.each<[string, Loss, Batch, number[]]>([
    ['meanSquaredError', meanSquaredError(), ones, [0.5, 0]],
    ['meanAbsoluteError', meanAbsoluteError(), halves, [0.6, 0.5]],
    ['meanAbsolutePercentageError', meanAbsolutePercentageError(), pairs([2, 1, 2, 4], [1, 1, 1, 0]), [25, 75]],
    ['a percentage of zero', meanAbsolutePercentageError(), pairs([0, 1, -2, 4], [1e-7, 1, -1, 5]), [50, 37.5]],
    [
      'meanSquaredLogarithmicError',
      meanSquaredLogarithmicError(),
      pairs([0, 1, 3, 0], [1, 1, 1, -4]),
      [0.2402265, 0.2402265],
    ],
    ['logcosh', logcosh(), pairs([0, 1, 0, 100], [1, 1, -2, 0]), [0.2168904, (1.3250027 + 99.3068528) / 2]],
    ['huber', huber(), halves, [0.18, 0.13]],
    ['huber beyond delta', huber({ delta: 0.5 }), pairs([0, 0, 0, 0], [2, -0.25, 0.5, 0]), [0.453125, 0.0625]],
    ['hinge', hinge(), pairs([-1, 1, -1, -1], halves.predictions as number[]), [1.1, 1.5]],
    ['squaredHinge', squaredHinge(), pairs([-1, 1, -1, -1], halves.predictions as number[]), [1.46, 2.26]],
    ['categoricalHinge', categoricalHinge(), halves, [1.2, 1.6]],
    ['categoricalCrossentropy', categoricalCrossentropy(), oneHot, [0.05129329, Math.LN10]],
    ['sparseCategoricalCrossentropy', sparseCategoricalCrossentropy(), sparse, [0.05129339, Math.LN10]],
    ['binaryCrossentropy', binaryCrossentropy(), halves, [0.9162907, 0.7135582]],
    ['kullbackLeiblerDivergence', kullbackLeiblerDivergence(), halves, [0.9162892, -3.08e-6]],
    ['poisson', poisson(), ones, [1, 0]],
    ['cosineProximity', cosineProximity(), pairs([0, 1, 1, 1], [1, 0, 1, 1]), [0, -0.5]],
    ['cosineProximity of nothing', cosineProximity(), pairs([0, 0, 3, 4], [1, 0, 4, 3]), [0, -0.48]],
  ])('%s', (_, loss, batch, expected) => {
    const { losses } = lossOf(loss, batch)
    for (const [index, value] of expected.entries()) expect(losses[index]).toBeCloseTo(value, 6)
  })

  it('averages over every axis but the samples and the classes', () => {
    const shape = [2, 2, 2]
    const targets = [1, 0, 0, 1, 1, 0, 0, 1]
    const predictions = [0.5, 0.5, 0.25, 0.75, 0.125, 0.875, 0.5, 0.5]
    const each = [Math.log(2), -Math.log(0.75), -Math.log(0.125), Math.log(2)] as [number, number, number, number]
    const expected = [(each[0] + each[1]) / 2, (each[2] + each[3]) / 2]
    const dense = lossOf(categoricalCrossentropy(), { targets, predictions, shape }).losses
    const numbered = lossOf(sparseCategoricalCrossentropy(), { targets: [0, 1, 0, 1], predictions, shape }).losses
    for (const index of [0, 1]) {
      expect(dense[index]).toBeCloseTo(expected[index] as number, 12)
      expect(numbered[index]).toBeCloseTo(expected[index] as number, 12)
    }
  })
})

describe('crossentropies', () => {
  const logits = [2, -1, 0.5, -30, 40, 3]
  const softmax = (row: number[]): number[] => {
    const powers = row.map((x) => Math.exp(x))
    const sum = powers.reduce((a, b) => a + b)
    return powers.map((power) => power / sum)
  }
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

  it('scales probabilities to a sum of 1', () => {
    const { losses } = lossOf(categoricalCrossentropy(), {
      ...oneHot,
      predictions: oneHot.predictions.map((p) => p * 7),
    })
    expect(losses[0]).toBeCloseTo(-Math.log(0.95), 12)
    expect(losses[1]).toBeCloseTo(-Math.log(0.1), 12)
  })

  it('limits class probabilities before it scales them, one-hot ones after', () => {
    const row = { predictions: [3, 1, 0], shape: [1, 3] }
    const dense = lossOf(categoricalCrossentropy(), { ...row, targets: [1, 0, 0] })
    const numbered = lossOf(sparseCategoricalCrossentropy(), { ...row, targets: [0] })
    expect(dense.losses[0]).toBeCloseTo(-Math.log(0.75), 6)
    expect(numbered.losses[0]).toBeCloseTo(Math.LN2, 6)
  })

  it('stays finite, and passes no gradient, where a probability is 0 or 1', () => {
    const batch = { targets: [1, 0, 0, 1], predictions: [0, 1, 0, 1], shape: [2, 2] }
    const { losses, gradient } = lossOf(categoricalCrossentropy(), batch)
    expect(losses[0]).toBeCloseTo(-Math.log(1e-7), 9)
    expect(losses[1]).toBeCloseTo(1e-7, 9)
    expect(gradient.map(Math.abs)).toEqual([0, 0, 0, 0])
  })

  it('takes logits for what softmax or sigmoid makes of them', () => {
    const targets = [0, 0.25, 0.75, 0, 1, 0]
    const shape = [2, 3]
    const fromLogits = lossOf(categoricalCrossentropy({ fromLogits: true }), { targets, predictions: logits, shape })
    expect(fromLogits.losses[0]).toBeCloseTo(
      -softmax(logits.slice(0, 3)).reduce((sum, p, index) => sum + (targets[index] as number) * Math.log(p), 0),
      12,
    )
    const probabilities = [...softmax(logits.slice(0, 3)), ...softmax(logits.slice(3))]
    const expected = probabilities.map((p, index) => p - (targets[index] as number))
    for (const [index, value] of expected.entries()) expect(fromLogits.gradient[index]).toBeCloseTo(value, 12)

    const binary = lossOf(binaryCrossentropy({ fromLogits: true }), { targets, predictions: logits, shape })
    const slopes = logits.map((x, index) => (sigmoid(x) - (targets[index] as number)) / 3)
    for (const [index, value] of slopes.entries()) expect(binary.gradient[index]).toBeCloseTo(value, 12)
    expect(
      lossOf(binaryCrossentropy({ fromLogits: true }), { targets: [1, 0], predictions: [0, 0], shape: [1, 2] }),
    ).toEqual({ losses: [Math.LN2], gradient: [-0.25, 0.25] })
  })

  it.each([{}, { fromLogits: true }, { labelSmoothing: 0.2 }, { fromLogits: true, labelSmoothing: 0.1 }])(
    'of class numbers are those of one-hot rows: %j',
    (options) => {
      const predictions = options.fromLogits ? logits : [0.2, 0.3, 0.5, 0.6, 0.3, 0.1]
      const dense = lossOf(categoricalCrossentropy(options), { ...oneHot, predictions })
      const numbered = lossOf(sparseCategoricalCrossentropy(options), { ...sparse, predictions })
      for (const [index, loss] of dense.losses.entries()) expect(numbered.losses[index]).toBeCloseTo(loss, 12)
      for (const [index, slope] of dense.gradient.entries()) expect(numbered.gradient[index]).toBeCloseTo(slope, 12)
    },
  )

  it('spreads a share of each label', () => {
    const predictions = [0.2, 0.3, 0.5]
    const smooth = lossOf(categoricalCrossentropy({ labelSmoothing: 0.3 }), {
      targets: [0, 0, 1],
      predictions,
      shape: [1, 3],
    })
    expect(smooth.losses[0]).toBeCloseTo(-0.1 * Math.log(0.2) - 0.1 * Math.log(0.3) - 0.8 * Math.log(0.5), 12)
    const binary = lossOf(binaryCrossentropy({ labelSmoothing: 0.2 }), {
      targets: [1],
      predictions: [0.7],
      shape: [1, 1],
    })
    expect(binary.losses[0]).toBeCloseTo(-0.9 * Math.log(0.7) - 0.1 * Math.log(0.3), 12)
  })
})

describe('gradients', () => {
  const targets = [0.2, 0.7, 0.1, 0.5, 0.1, 0.4]
  const predictions = [0.31, 0.52, 0.17, 0.83, 0.64, 0.29]
  const numbered = [2, 0]

  it.each<[string, Loss]>([
    ...['mse', 'mae', 'mape', 'msle', 'hinge', 'squaredHinge', 'categoricalHinge', 'logcosh', 'huber'].map(
      (name): [string, Loss] => [name, resolveLoss(name)],
    ),
    ...[
      'categoricalCrossentropy',
      'sparseCategoricalCrossentropy',
      'binaryCrossentropy',
      'kld',
      'poisson',
      'cosine',
    ].map((name): [string, Loss] => [name, resolveLoss(name)]),
    ['huber, linear part', huber({ delta: 0.05 })],
    ['categorical from logits', categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 })],
    ['sparse from logits', sparseCategoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 })],
    ['binary from logits', binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1 })],
    ['a function of one’s own', resolveLoss((t, p) => ops.exp(ops.sub(p, t)))],
  ])('%s has the slope that differences find', (_, loss) => {
    const labels = loss.targets === 'sparse' ? numbered : targets
    const batch = { targets: labels, predictions, shape: [2, 3] }
    const sum = (at: readonly number[]): number =>
      lossOf(loss, { ...batch, predictions: at }).losses.reduce((total, value) => total + value, 0)
    const { gradient } = lossOf(loss, batch)
    const step = 1e-5
    for (const index of predictions.keys()) {
      const moved = (by: number): number[] => predictions.map((p, at) => (at === index ? p + by : p))
      expect(gradient[index]).toBeCloseTo((sum(moved(step)) - sum(moved(-step))) / (2 * step), 6)
    }
  })

  it('pass by half where a prediction lies on the margin of a hinge', () => {
    const batch = { targets: [1, -1], predictions: [1, 2], shape: [1, 2] }
    expect(lossOf(hinge(), batch).gradient).toEqual([-0.25, 0.5])
    expect(lossOf(squaredHinge(), batch).gradient.map(Math.abs)).toEqual([0, 3])
  })

  it('are shared by equal wrong scores of a categorical hinge', () => {
    const batch = { targets: [1, 0, 0], predictions: [0.5, 0.25, 0.25], shape: [1, 3] }
    expect(lossOf(categoricalHinge(), batch).gradient).toEqual([-1, 0.5, 0.5])
  })

  it('are 0 where an absolute error is 0', () => {
    const batch = { targets: [1, 2], predictions: [1, 2], shape: [1, 2] }
    for (const loss of [meanAbsoluteError(), logcosh(), huber(), meanAbsolutePercentageError()])
      expect(lossOf(loss, batch).gradient.map(Math.abs)).toEqual([0, 0])
  })
})
