import { graph, type Node, type Shape, sizeOf } from '@lockstep/core'
import { evaluate } from './evaluate.ts'

/** A tensor that is read by index; undefined beyond its extents. */
export interface Indexed {
  readonly shape: Shape
  readonly data: Float64Array
  at(...index: number[]): number | undefined
}

/** Numbers without a pattern, the same in every run. */
export function filled(shape: Shape, scale = 1): Indexed {
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => scale * Math.sin(at * at + 3 * at + 1))
  return indexed(shape, data)
}

export function indexed(shape: Shape, data: Float64Array): Indexed {
  return {
    shape,
    data,
    at: (...index) => {
      if (index.some((value, axis) => !(value >= 0 && value < (shape[axis] as number)))) return undefined
      return data[index.reduce((offset, value, axis) => offset * (shape[axis] as number) + value, 0)]
    },
  }
}

/** Every index of a shape, in row-major order. */
export function indices(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (list, extent) => list.flatMap((index) => Array.from({ length: extent }, (_, at) => [...index, at])),
    [[]],
  )
}

/** The elements of a node, given its inputs by name. */
export function computed(node: Node, inputs: Readonly<Record<string, ArrayLike<number>>> = {}): Indexed {
  const data = evaluate(graph({ outputs: { y: node } }), { inputs }).outputs.get('y') as Float64Array
  return indexed(node.shape, data)
}

/** The largest distance between a tensor and its definition, element by element. */
export function distance(actual: Indexed, definition: (...index: number[]) => number): number {
  return indices(actual.shape).reduce(
    (largest, index) => Math.max(largest, Math.abs((actual.at(...index) as number) - definition(...index))),
    0,
  )
}
