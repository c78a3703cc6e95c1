import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { restoreUtilFunctions } from './polyfill.ts'

test('what Node 23 removed is put back where CommonJS modules find it', () => {
  const target: Record<string, (value: unknown) => boolean> = {}
  restoreUtilFunctions(target)
  expect([null, undefined, 0, ''].map((value) => target['isNullOrUndefined']?.(value))).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect([[], 'ab'].map((value) => target['isArray']?.(value))).toEqual([true, false])
  restoreUtilFunctions()
  expect(createRequire(import.meta.url)('util').isNullOrUndefined(null)).toBe(true)
})

test('what is there is left alone', () => {
  const own = (): boolean => false
  const target = { isArray: own }
  restoreUtilFunctions(target)
  expect(target.isArray).toBe(own)
})
