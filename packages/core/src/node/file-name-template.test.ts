import { expect, it } from 'vitest'
import { fileNameTemplate } from './file-name-template.ts'

const values = { epoch: 7, val_loss: 0.125, loss: -0.5, big: 12345.678 }

// What Python's str.format makes of the same.
it.each([
  ['plain/path.ckpt', 'plain/path.ckpt'],
  ['w.{epoch:02d}-{val_loss:.2f}.h5', 'w.07-0.12.h5'],
  ['{epoch}{epoch:4d}{epoch:04d}', '7   70007'],
  ['{loss:.1e}_{loss:08.2f}_{big:012.1f}', '-5.0e-01_-0000.50_0000012345.7'],
  ['{val_loss:f} {val_loss} {big:e}', '0.125000 0.125 1.234568e+04'],
  ['{{{epoch}}}', '{7}'],
])('%s becomes %s', (template, expected) => {
  expect(fileNameTemplate(template)(values)).toBe(expected)
})

it('names the figures there are when one is missing', () => {
  expect(() => fileNameTemplate('{val_los:.2f}')(values)).toThrowError(
    "unknown figure in the file name {val_los:.2f}: 'val_los'; did you mean 'val_loss'? (known: epoch, val_loss, loss, big)",
  )
})

it.each(['{epoch:>5}', '{}', 'a{', '}', '{epoch:.2d}', '{a{epoch}'])('refuses %s', (template) => {
  expect(() => fileNameTemplate(template)).toThrowError('expected fields like {epoch:02d} or {val_loss:.2f}')
})
