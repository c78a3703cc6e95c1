import { describe, expect, it } from 'vitest'
import { input, mul, reduceSum, sub } from '../graph/ops.ts'
import { categoricalCrossentropy } from './crossentropy.ts'
import type { Loss } from './loss.ts'
import { huber } from './regression.ts'
import { lossesByName, resolveLoss } from './resolve.ts'

describe('resolveLoss', () => {
  it.each([
    ['mse', 'meanSquaredError'],
    ['mae', 'meanAbsoluteError'],
    ['mape', 'meanAbsolutePercentageError'],
    ['msle', 'meanSquaredLogarithmicError'],
    ['kld', 'kullbackLeiblerDivergence'],
    ['cosine', 'cosineProximity'],
  ])('%s is short for %s', (short, name) => {
    expect(resolveLoss(short).name).toBe(name)
  })

  it('finds every loss under its own name', () => {
    for (const make of Object.values(lossesByName)) expect(resolveLoss(make().name).name).toBe(make().name)
  })

  it.each([
    ['categorical_crossentropy', 'categoricalCrossentropy'],
    ['MSE', 'mse'],
    ['hinje', 'hinge'],
  ])('for %s suggests %s', (written, meant) => {
    expect(() => resolveLoss(written)).toThrowError(`unknown loss '${written}'; did you mean '${meant}'?`)
  })

  it('hands back a loss', () => {
    const loss = categoricalCrossentropy({ fromLogits: true })
    expect(resolveLoss(loss)).toBe(loss)
  })

  it('makes a loss of a function: its name, and the mean of what it gives per element', () => {
    const loss = resolveLoss(function steep(targets, predictions) {
      return mul(sub(predictions, targets), 3)
    })
    expect(loss).toMatchObject({ name: 'steep', targets: 'dense', categorical: false })
    const values = loss.perSample(input('t', [4, 2, 3]), input('p', [4, 2, 3]))
    expect(values.shape).toEqual([4])
    expect(values.scope).toBe('steep')
  })

  it('names the function whose result is no value per sample', () => {
    const total = (targets: Parameters<Loss['perSample']>[0]) => reduceSum(targets)
    expect(() => resolveLoss(total).perSample(input('t', [4, 2]), input('p', [4, 2]))).toThrowError(
      'total: a result of float32 got []; expected float32 [4] or [4, ...]',
    )
  })

  it('refuses what is no loss', () => {
    expect(() => resolveLoss(undefined as unknown as Loss)).toThrowError('loss: loss is undefined; expected a name')
    expect(() => resolveLoss({} as Loss)).toThrowError('expected a name, a function or a Loss')
  })
})

describe('the losses', () => {
  const predictions = input('p', [4, 3])

  it('tell what labels they take', () => {
    const dense = Object.values(lossesByName).map((make) => make())
    expect(new Set(dense.filter(({ targets }) => targets === 'sparse').map(({ name }) => name))).toEqual(
      new Set(['sparseCategoricalCrossentropy']),
    )
    expect(new Set(dense.filter(({ categorical }) => categorical).map(({ name }) => name))).toEqual(
      new Set(['categoricalCrossentropy', 'categoricalHinge']),
    )
  })

  it('refuse targets of another shape or dtype, naming themselves and the way out', () => {
    expect(() => resolveLoss('mse').perSample(input('t', [4, 2]), predictions)).toThrowError(
      "meanSquaredError: comparing float32 targets with float32 predictions got [4, 2] and [4, 3]; expected float32 targets of the float32 predictions' shape",
    )
    expect(() => resolveLoss('mse').perSample(input('t', [4], 'int32'), predictions)).toThrowError(
      'class numbers go with the sparse losses and metrics',
    )
    expect(() => resolveLoss('sparseCategoricalCrossentropy').perSample(input('t', [4, 3]), predictions)).toThrowError(
      'expected int32 class numbers shaped as the float32 predictions without their last axis',
    )
  })

  it('refuse options out of range', () => {
    expect(() => huber({ delta: 0 })).toThrowError('huber: delta is 0; expected a finite number above 0')
    expect(() => categoricalCrossentropy({ labelSmoothing: 1 })).toThrowError(
      'labelSmoothing is 1; expected a number from 0 to below 1',
    )
  })
})
