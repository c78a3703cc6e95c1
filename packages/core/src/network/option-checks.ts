import { LockstepError } from '../errors.ts'
import { type Pair, type Shape, shapeError, showShape } from '../graph/node.ts'
import type { PairLike } from '../graph/ops/window.ts'

/** `value` itself, if it is an integer ≥ 1. `maker` is the factory's name, for the message. */
export function positiveInteger(maker: string, argument: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value
  throw invalidOption(maker, argument, value, 'an integer ≥ 1')
}

/** `value` itself, if it is a number from `low` to `high`. */
export function numberWithin(maker: string, argument: string, value: number, low: number, high: number): number {
  if (typeof value === 'number' && value >= low && value <= high) return value
  const range = high === Number.POSITIVE_INFINITY ? `a number ≥ ${low}` : `a number from ${low} to ${high}`
  throw invalidOption(maker, argument, value, range)
}

/** Height and width of integers ≥ 1, from one number for both or a pair. */
export function checkedPair(maker: string, argument: string, value: PairLike): Pair {
  const pair = typeof value === 'number' ? [value, value] : value
  if (Array.isArray(pair) && pair.length === 2 && pair.every((extent) => Number.isInteger(extent) && extent >= 1)) {
    return [pair[0] as number, pair[1] as number]
  }
  throw invalidOption(maker, argument, value, 'an integer ≥ 1 or [height, width] of such')
}

/** A copy of `shape`, if its extents are integers ≥ 1. */
export function checkedShape(maker: string, argument: string, shape: Shape): Shape {
  if (Array.isArray(shape) && shape.every((extent) => Number.isInteger(extent) && extent >= 1)) return [...shape]
  throw invalidOption(maker, argument, shape, 'a list of integers ≥ 1, without the batch axis')
}

/** `value` itself, if it is one of `allowed`. */
export function oneOf<T extends string>(maker: string, argument: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value
  throw invalidOption(maker, argument, value, allowed.map((name) => `'${name}'`).join(' or '))
}

/** The error of an option that cannot be used. */
export function invalidOption(maker: string, argument: string, value: unknown, expected: string): LockstepError {
  const got = JSON.stringify(value) ?? String(value)
  return new LockstepError('invalid-argument', { argument }, `${maker}: ${argument} is ${got}; expected ${expected}`)
}

/** Height, width and channels of one image; `layer` is what wants it. */
export function imageShape(layer: string, shape: Shape): readonly [height: number, width: number, channels: number] {
  if (shape.length === 3) return shape as unknown as [number, number, number]
  throw shapeError(
    `${layer} on samples`,
    [shape],
    `expected images [height, width, channels]${shape.length === 2 ? `, e.g. reshape({ targetShape: ${showShape([...shape, 1])} }) before it` : ', use reshape({ targetShape }) before it'}`,
  )
}
