import { type Node, shapeError } from '../../graph/node.ts'
import { broadcastShapes } from '../../graph/ops/shape.ts'
import type { LayerBehaviour } from '../define-layer.ts'

/** What the layers that join inputs element by element share. */
export function elementwiseMerge(
  maker: string,
  inputCount: readonly [number, number],
  merge: (values: readonly [Node, ...Node[]]) => Node,
): LayerBehaviour {
  return {
    inputDTypes: ['float32', 'int32'],
    inputCount,
    call: (values) => {
      const rank = values[0].shape.length
      if (values.some(({ shape }) => shape.length !== rank)) {
        const shapes = values.map(({ shape }) => shape)
        throw shapeError(
          maker,
          shapes,
          'expected inputs with one number of axes; reshape({ targetShape }) adds axes of 1',
        )
      }
      values.reduce((shape, value) => broadcastShapes(maker, shape, value.shape), values[0].shape)
      return merge(values)
    },
  }
}

/** From two inputs on. */
export const severalInputs: readonly [number, number] = [2, Number.POSITIVE_INFINITY]
