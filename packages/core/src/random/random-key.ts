import { LockstepError } from '../errors.ts'
import type { RandomKind } from '../graph/node.ts'
import type { PhiloxKey } from './philox.ts'

/** What a random tensor holds. The attributes of a `random` node fit. */
export interface RandomSpec {
  readonly kind: RandomKind
  /** Chance of a 1 (`bernoulli` only); 0.5 where it is absent. */
  readonly probability?: number
}

/**
 * What a random tensor `[samples, elementsPerSample]` is determined by. Sample s is made of the Philox blocks with key
 * `seed` (low word, high word) and counters `[block, firstPosition + s, stream, step]`; which of them make which
 * element, `fillRandom` defines.
 */
export interface RandomKey {
  /** An integer from 0 to 2^53 − 1. */
  readonly seed: number
  /** Which of the model's random tensors it is; below 2^32. */
  readonly stream: number
  /** Updates made before this one, over all epochs and ranks; below 2^32. */
  readonly step: number
  /** Position of the first sample in the global batch: the samples of lower ranks and earlier micro-batches count. */
  readonly firstPosition: number
}

/** The part of a tensor from `firstElement` (a multiple of 16) on in each sample. */
export interface Rows {
  readonly samples: number
  readonly elementsPerSample: number
  readonly firstElement: number
}

/** Positions that no sample has, so that other uses of one seed never meet the words of a batch. */
export const reservedPositions = { values: 0xffff_ffff, permutation: 0xffff_fffe } as const

const positionCount = 0xffff_fffe

export function philoxKey(seed: number): PhiloxKey {
  checkInteger('seed', seed, Number.MAX_SAFE_INTEGER)
  return [seed >>> 0, Math.floor(seed / 2 ** 32)]
}

/** Throws `invalid-argument` where a value has no place in the counter or no meaning. */
export function checkRandom(spec: RandomSpec, key: RandomKey, samples: number, elementsPerSample: number): void {
  const { probability = 0.5 } = spec
  if (!(probability >= 0 && probability <= 1)) {
    throw invalid('probability', `random tensor: probability is ${probability}; expected a number from 0 to 1`)
  }
  checkInteger('seed', key.seed, Number.MAX_SAFE_INTEGER)
  checkInteger('stream', key.stream, 0xffff_ffff)
  checkInteger('step', key.step, 0xffff_ffff)
  checkInteger('firstPosition', key.firstPosition, positionCount)
  checkInteger('samples', samples, positionCount - key.firstPosition)
  checkInteger('elementsPerSample', elementsPerSample, 2 ** 34)
}

export function checkInteger(argument: string, value: number, largest: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= largest) return
  throw invalid(argument, `random numbers: ${argument} is ${value}; expected an integer from 0 to ${largest}`)
}

export function invalid(argument: string, message: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, message)
}
