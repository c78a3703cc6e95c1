import type { Shape } from '../graph/node.ts'

/** Draws the first values of a weight. Values depend on `seed` (of the model) and `stream` (of the weight) alone. */
export interface Initializer {
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
  draw(shape: Shape, key: { readonly seed: number; readonly stream: number }): Float32Array
}
