import { type Shape, shapeError, sizeOf } from '../../graph/node.ts'
import type { Initializer } from '../initializers.ts'

/** All zeros. */
export function zeros(): Initializer {
  return { className: 'zeros', config: {}, draw: (shape) => new Float32Array(sizeOf(shape)) }
}

/** All ones. */
export function ones(): Initializer {
  return { className: 'ones', config: {}, draw: (shape) => new Float32Array(sizeOf(shape)).fill(1) }
}

/** Options of {@link constant}. */
export interface ConstantOptions {
  /** Default 0. */
  readonly value?: number
}

/** One value everywhere. */
export function constant({ value = 0 }: ConstantOptions = {}): Initializer {
  return { className: 'constant', config: { value }, draw: (shape) => new Float32Array(sizeOf(shape)).fill(value) }
}

/** Options of {@link identity}. */
export interface IdentityOptions {
  /** The value on the diagonal; default 1. */
  readonly gain?: number
}

/** The identity matrix, for square weights alone. */
export function identity({ gain = 1 }: IdentityOptions = {}): Initializer {
  return { className: 'identity', config: { gain }, draw: (shape) => diagonal(shape, gain) }
}

function diagonal(shape: Shape, gain: number): Float32Array {
  const [rows, columns] = shape
  if (shape.length !== 2 || rows === undefined || rows !== columns) {
    throw shapeError('initializer identity', [shape], 'expected a square matrix')
  }
  return Float32Array.from({ length: rows * rows }, (_, index) => (index % (rows + 1) === 0 ? gain : 0))
}
