import { describe, expect, it } from 'vitest'
import { abs, input } from '../graph/ops.ts'
import { binaryCrossentropy } from '../losses/crossentropy.ts'
import { lossesByName, resolveLoss } from '../losses/resolve.ts'
import { auc } from './auc.ts'
import type { Metric } from './metric.ts'
import { resolveMetric } from './resolve.ts'
import { topKCategoricalAccuracy } from './top-k.ts'

const output = { loss: resolveLoss('categoricalCrossentropy'), outputShape: [10] }

/** The operations of a metric over two samples: what tells one accuracy from another. */
function operationsOf(metric: Metric, shape: readonly number[], sparse = false): string[] {
  const targets = input('t', sparse ? [2, ...shape.slice(0, -1)] : [2, ...shape], sparse ? 'int32' : 'float32')
  const operations: string[] = []
  const visit = (node: typeof targets): void => {
    operations.push(node.op === 'constant' && node.shape.length === 0 ? String(node.attributes.values[0]) : node.op)
    node.inputs.forEach(visit)
  }
  visit(metric.sums(targets, input('p', [2, ...shape]), input('w', [2])))
  return operations
}

describe('accuracy', () => {
  it.each(['accuracy', 'acc'])('%s is called acc in logs', (name) => {
    expect(resolveMetric(name, output).name).toBe('acc')
  })

  it('is categorical for dense labels of several classes', () => {
    const operations = operationsOf(resolveMetric('accuracy', output), [10])
    expect(operations.filter((op) => op === 'argmax')).toHaveLength(2)
  })

  it('is sparse for a sparse loss', () => {
    const loss = resolveLoss('sparseCategoricalCrossentropy')
    const operations = operationsOf(resolveMetric('accuracy', { loss, outputShape: [10] }), [10], true)
    expect(operations.filter((op) => op === 'argmax')).toHaveLength(1)
  })

  it.each([
    ['one value a sample', resolveLoss('mse'), [1], '0.5'],
    ['the binary crossentropy', binaryCrossentropy(), [10], '0.5'],
    ['logits', binaryCrossentropy({ fromLogits: true }), [10], '0'],
  ])('is binary for %s', (_, loss, shape, threshold) => {
    const operations = operationsOf(resolveMetric('accuracy', { loss, outputShape: shape }), shape)
    expect(operations).not.toContain('argmax')
    expect(operations).toContain(threshold)
  })
})

describe('resolveMetric', () => {
  it.each([
    ['mse', 'mean_squared_error'],
    ['meanAbsoluteError', 'mean_absolute_error'],
    ['cosine', 'cosine_proximity'],
    ['topKCategoricalAccuracy', 'top_k_categorical_accuracy'],
    ['sparseTopKCategoricalAccuracy', 'sparse_top_k_categorical_accuracy'],
    ['binaryAccuracy', 'binary_accuracy'],
    ['categoricalAccuracy', 'categorical_accuracy'],
    ['sparseCategoricalAccuracy', 'sparse_categorical_accuracy'],
    ['precision', 'precision'],
    ['recall', 'recall'],
    ['auc', 'auc'],
  ])('%s is called %s in logs', (name, key) => {
    expect(resolveMetric(name, output).name).toBe(key)
  })

  it('knows every loss', () => {
    for (const name of Object.keys(lossesByName)) expect(resolveMetric(name, output).name).toMatch(/^[a-z_]+$/)
  })

  it('suggests the nearest name', () => {
    expect(() => resolveMetric('top_k_categorical_accuracy', output)).toThrowError(
      "unknown metric 'top_k_categorical_accuracy'; did you mean 'topKCategoricalAccuracy'?",
    )
  })

  it('hands back a metric and names a function after itself', () => {
    const metric = topKCategoricalAccuracy({ k: 3, name: 'top3' })
    expect(resolveMetric(metric, output)).toBe(metric)
    expect(
      resolveMetric(function size(_, predictions) {
        return abs(predictions)
      }, output).name,
    ).toBe('size')
    expect(
      resolveMetric(
        Object.assign((_: unknown, p: Parameters<typeof abs>[0]) => abs(p)),
        output,
      ).name,
    ).toBe('metric')
  })

  it('refuses what is no metric, and options out of range', () => {
    expect(() => resolveMetric({} as Metric, output)).toThrowError('expected a name, a function or a Metric')
    expect(() => topKCategoricalAccuracy({ k: 0 })).toThrowError('k is 0; expected a whole number from 1 on')
    expect(() => auc({ thresholds: 2 })).toThrowError('thresholds is 2; expected a whole number from 3 on')
    expect(() => auc({ curve: 'roc' as 'ROC' })).toThrowError("curve is \"roc\"; expected 'ROC' or 'PR'")
  })

  it('refuses labels of the other kind', () => {
    expect(() => operationsOf(resolveMetric('categoricalAccuracy', output), [10], true)).toThrowError(
      'class numbers go with the sparse losses and metrics',
    )
    expect(() => operationsOf(resolveMetric('sparseTopKCategoricalAccuracy', output), [10])).toThrowError(
      'for one-hot targets use the name without "sparse"',
    )
  })
})
