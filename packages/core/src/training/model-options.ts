/** Options of `sequential` and `model`. */
export interface ModelOptions {
  readonly name?: string
  /** Decides initial weights, shuffling and every random tensor: an integer from 0 to 2⁵³ − 1. Default 0. */
  readonly seed?: number
}
