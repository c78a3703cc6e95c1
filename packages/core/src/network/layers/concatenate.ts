import { shapeError } from '../../graph/node.ts'
import { concat } from '../../graph/ops/shape.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { severalInputs } from './merge.ts'

/** Options of {@link concatenate}. */
export interface ConcatenateOptions {
  /** The axis to join along, the batch axis being 0; default −1, the last. */
  readonly axis?: number
}

/** Two inputs or more one after the other along an axis; their other extents must agree. */
export const concatenate: LayerFactory<ConcatenateOptions> = defineLayer(
  'Concatenate',
  ({ axis = -1 }: ConcatenateOptions) => ({
    config: { axis },
    inputDTypes: ['float32', 'int32'],
    inputCount: severalInputs,
    call: (values) => {
      const rank = values[0].shape.length
      const at = axis < 0 ? axis + rank : axis
      if (at < 1 || at >= rank) {
        const shapes = values.map(({ shape }) => shape)
        throw shapeError(
          `concatenate along axis ${axis}`,
          shapes,
          'expected an axis of the samples, 1 or more, or −1 for the last',
        )
      }
      return concat(values, at)
    },
  }),
)
