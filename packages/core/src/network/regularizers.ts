/** A penalty on a weight w: l1 · Σ|w| + l2 · Σw², added to the loss once per update, not per sample. */
export interface Regularizer {
  readonly l1: number
  readonly l2: number
}
