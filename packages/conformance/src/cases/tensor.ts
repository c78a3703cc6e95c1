import { type DType, type Shape, sizeOf } from '@lockstep/core'
import type { Random } from '../random.ts'

/** A value of a case: what leaf of the graph it is and what it holds, exactly representable in its dtype. */
export interface Tensor {
  readonly leaf: 'input' | 'state' | 'constant' | 'random'
  readonly shape: Shape
  readonly dtype: DType
  readonly values: Float64Array
}

/** Given values. */
export function of(values: readonly number[], shape: Shape = [values.length], dtype: DType = 'float32'): Tensor {
  return { leaf: 'input', shape, dtype, values: Float64Array.from(values) }
}

/** Normally distributed. */
export function normal(random: Random, shape: Shape, scale = 1): Tensor {
  return drawn(shape, () => random.normal() * scale)
}

export function uniform(random: Random, shape: Shape, low: number, high: number): Tensor {
  return drawn(shape, () => low + (high - low) * random.next())
}

/** Distinct values of both signs, no two closer than 1/8 and none closer to zero than 1/16: far from every kink. */
export function spaced(random: Random, shape: Shape): Tensor {
  const order = random.permutation(sizeOf(shape))
  return drawn(shape, (at) => ((order[at] as number) - Math.floor(order.length / 2)) / 8 + 1 / 16)
}

/** Few distinct values of both signs and zero: ties are the rule. */
export function tied(random: Random, shape: Shape): Tensor {
  return drawn(shape, () => random.integer(-1, 1))
}

/** int32 from `low` to `high`, both included. */
export function integers(random: Random, shape: Shape, low: number, high: number): Tensor {
  return { ...drawn(shape, () => random.integer(low, high)), dtype: 'int32' }
}

/** Coin tosses. */
export function bits(random: Random, shape: Shape): Tensor {
  return { ...drawn(shape, () => random.integer(0, 1)), dtype: 'bool' }
}

/** The same values as another kind of leaf. */
export function as(leaf: Tensor['leaf'], tensor: Tensor): Tensor {
  return { ...tensor, leaf }
}

function drawn(shape: Shape, draw: (at: number) => number): Tensor {
  const values = new Float64Array(sizeOf(shape))
  for (let at = 0; at < values.length; at++) values[at] = Math.fround(draw(at))
  return { leaf: 'input', shape, dtype: 'float32', values }
}
