import type { Node, Shape } from '@lockstep/core'
import type { Compute, Workshop } from './lowering.ts'

/** Stretches a value of `shape`, aligned at the last axis, to that of the node. */
export function expansion(shape: Shape, node: Pick<Node, 'shape' | 'dtype'>, workshop: Workshop): Compute {
  const { kernels } = workshop
  if (node.dtype === 'float32') {
    // A product that stretches is an order of magnitude faster than Tile on some engines.
    const ones = workshop.filled(1, node.shape)
    return (x) => kernels.run('Multiply', { a: x, b: ones })
  }
  const aligned = [...node.shape.map(() => 1).slice(shape.length), ...shape]
  const reps = node.shape.map((extent, axis) => (aligned[axis] === extent ? 1 : extent))
  return (x) => kernels.run('Tile', { x: kernels.reshape(x, aligned) }, { reps })
}
