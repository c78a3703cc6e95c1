import { expect, it } from 'vitest'
import { Monitor } from './monitor.ts'

it.each([
  ['val_loss', 'min'],
  ['val_acc', 'max'],
  ['top_k_categorical_accuracy', 'max'],
  ['fmeasure', 'max'],
  ['val_fmeasure', 'min'],
  ['val_auc', 'max'],
  ['precision', 'max'],
  ['output_recall', 'max'],
  ['mean_squared_error', 'min'],
])('of %s it looks for the %s', (monitor, direction) => {
  expect(new Monitor('test', { monitor }).betters(2, 1)).toBe(direction === 'max')
})

it('asks for more than the margin', () => {
  const monitor = new Monitor('test', { mode: 'min' })
  expect(monitor.betters(1, 1.5, 0.5)).toBe(false)
  expect(monitor.betters(0.75, 1.5, 0.5)).toBe(true)
  expect(monitor.betters(1e300, monitor.worst)).toBe(true)
})
