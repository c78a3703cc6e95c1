import type { Node, Shape } from '@lockstep/core'
import type { Tensor } from '../cases/tensor.ts'
import type { Random } from '../random.ts'

/** A small model, built from graph operations alone. */
export interface Model {
  /** Shapes of what is learned, by name. */
  readonly parameters: Readonly<Record<string, Shape>>
  /** Shapes of what is kept beside it and replaced by `statistics` in every step. */
  readonly kept?: Readonly<Record<string, Shape>>
  /** A batch; leaves of kind `input`, or `random` with the stream in its name (`random/0`). */
  batch(random: Random): Readonly<Record<string, Tensor>>
  /** From leaves to the loss summed over the samples; statistics are new values of entries of `kept`. */
  forward(leaf: (name: string) => Node): {
    readonly loss: Node
    readonly outputs: Readonly<Record<string, Node>>
    readonly statistics?: Readonly<Record<string, Node>>
  }
}

/** Samples of a batch. */
export const samples = 6
