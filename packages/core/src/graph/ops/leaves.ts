import { LockstepError } from '../../errors.ts'
import { type DType, makeNode, type Node, type RandomKind, type Shape, shapeError, sizeOf } from '../node.ts'

/** A value fed at every call, e.g. a batch. The name is its key in `Call.bind`. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Node {
  return makeNode('input', [], { name }, checkShape('input', shape), dtype)
}

/** The current value of an entry of the replica's state (a parameter, a learner's slot, …). Float32. */
export function state(name: string, shape: Shape): Node {
  return makeNode('state', [], { name }, checkShape('state', shape), 'float32')
}

/** A fixed value; a number makes a scalar. The values are copied and kept in float64 until a backend rounds them. */
export function constant(values: number | ArrayLike<number>, shape: Shape = [], dtype: DType = 'float32'): Node {
  const held = typeof values === 'number' ? Float64Array.of(values) : Float64Array.from(values)
  if (held.length !== sizeOf(shape)) {
    throw shapeError('constant', [shape, [held.length]], 'expected as many values as the shape has elements')
  }
  const foreign = held.find((value) => !holds[dtype](value))
  if (foreign !== undefined) {
    throw new LockstepError(
      'invalid-argument',
      { argument: 'values' },
      `constant: ${foreign} is no value of dtype ${dtype}; expected ${dtype === 'bool' ? '0 or 1' : 'integers of 32 bits'}`,
    )
  }
  return makeNode('constant', [], { values: held }, checkShape('constant', shape), dtype)
}

/** Which numbers are values of a dtype. */
const holds: Readonly<Record<DType, (value: number) => boolean>> = {
  float32: () => true,
  int32: (value) => value === (value | 0),
  bool: (value) => value === 0 || value === 1,
}

/** Options of {@link random}. */
export interface RandomOptions {
  /** Distinguishes the random tensors of one model; part of the key of every bit. */
  readonly stream: number
  /** Chance of a 1 (`bernoulli` only). */
  readonly probability?: number
}

/**
 * A random tensor of shape `[samples, ...]`. It is an input, not an operation: core fills it before every call from
 * the seed, the step and each sample's position in the global batch. `bernoulli` is bool, `uniform` is in [0, 1),
 * `normal` has mean 0 and deviation 1.
 */
export function random(kind: RandomKind, shape: Shape, { stream, probability = 0.5 }: RandomOptions): Node {
  if (!(probability >= 0 && probability <= 1)) {
    throw new LockstepError(
      'invalid-argument',
      { argument: 'probability' },
      `random: probability is ${probability}; expected a number from 0 to 1`,
    )
  }
  if (shape.length === 0) throw shapeError('random', [shape], 'expected [samples, ...]')
  const dtype = kind === 'bernoulli' ? 'bool' : 'float32'
  return makeNode('random', [], { kind, stream, probability }, checkShape('random', shape), dtype)
}

/** The integers 0 … length−1 as int32 `[length]`. */
export function iota(length: number): Node {
  return makeNode('iota', [], {}, checkShape('iota', [length]), 'int32')
}

function checkShape(operation: string, shape: Shape): Shape {
  if (shape.every((extent) => Number.isInteger(extent) && extent >= 1)) return shape
  throw shapeError(operation, [shape], 'every extent must be a positive integer')
}
