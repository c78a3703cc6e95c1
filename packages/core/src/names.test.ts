import { describe, expect, it } from 'vitest'
import { isLockstepError } from './errors.ts'
import { lookUp, nearestName } from './names.ts'

const table = { relu: 1, sigmoid: 2, categoricalCrossentropy: 3 }

describe('lookUp', () => {
  it('finds what is there', () => {
    expect(lookUp('activation', 'sigmoid', table)).toBe(2)
  })

  it('suggests the nearest name and lists the known ones', () => {
    expect(() => lookUp('activation', 'rellu', table)).toThrowError(
      "unknown activation 'rellu'; did you mean 'relu'? (known: relu, sigmoid, categoricalCrossentropy)",
    )
  })

  it('carries the code and the known names', () => {
    try {
      lookUp('activation', 'x', table)
      expect.unreachable()
    } catch (error) {
      expect(isLockstepError(error) && error.code).toBe('unknown-name')
      expect(isLockstepError(error) && error.details).toEqual({ name: 'x', known: Object.keys(table) })
    }
  })

  it('does not take inherited properties for entries', () => {
    expect(() => lookUp('activation', 'toString', table)).toThrowError("unknown activation 'toString' (known")
  })
})

describe('nearestName', () => {
  it.each([
    ['categorical_crossentropy', 'categoricalCrossentropy'],
    ['Categorical-CrossEntropy', 'categoricalCrossentropy'],
    ['RELU', 'relu'],
    ['sigmiod', 'sigmoid'],
  ])('%s means %s', (written, meant) => {
    expect(nearestName(written, Object.keys(table))).toBe(meant)
  })

  it('stays silent when nothing is alike', () => {
    expect(nearestName('gaussian', Object.keys(table))).toBeUndefined()
    expect(nearestName('relu', [])).toBeUndefined()
  })
})
