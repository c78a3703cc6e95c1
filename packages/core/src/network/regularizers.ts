import { numberWithin } from './option-checks.ts'

/** A penalty on a weight w: l1 · Σ|w| + l2 · Σw², added to the loss once per update, not per sample. */
export interface Regularizer {
  readonly l1: number
  readonly l2: number
}

/** Factors of {@link l1l2}. */
export interface RegularizerOptions {
  /** On Σ|w|; default 0.01. */
  readonly l1?: number
  /** On Σw²; default 0.01. */
  readonly l2?: number
}

/** `factor` · Σ|w|. */
export function l1(factor = 0.01): Regularizer {
  return l1l2({ l1: factor, l2: 0 })
}

/** `factor` · Σw². */
export function l2(factor = 0.01): Regularizer {
  return l1l2({ l1: 0, l2: factor })
}

/** Both penalties. */
export function l1l2({ l1 = 0.01, l2 = 0.01 }: RegularizerOptions = {}): Regularizer {
  const factor = (name: string, value: number): number => numberWithin('regularizer', name, value, 0, Number.MAX_VALUE)
  return { l1: factor('l1', l1), l2: factor('l2', l2) }
}

/** A copy of what a layer's option or config holds, checked; undefined for none. */
export function regularizerOf(option: Regularizer | undefined): Regularizer | undefined {
  return option === undefined ? undefined : l1l2(option)
}
