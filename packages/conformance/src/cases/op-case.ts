import type { Node } from '@lockstep/core'
import type { Random } from '../random.ts'
import type { Tensor } from './tensor.ts'

/** One drawn computation. */
export interface Sample {
  readonly operands: readonly Tensor[]
  /** From one leaf for each operand to the value that is compared. */
  build(...operands: Node[]): Node
}

/**
 * What can be compared of a case: `smooth`: result, gradient, and the gradient against finite differences; `kinked`:
 * result and gradient, which has no derivative to be compared with (ties, infinities); `discrete`: the result alone;
 * `large`: as kinked, with more than a million elements, so that threads share the work.
 */
export type CaseKind = 'smooth' | 'kinked' | 'discrete' | 'large'

/** A row of the table: how to draw a computation that exercises one primitive. */
export interface OpCase {
  readonly kind: CaseKind
  /** How many computations are drawn. */
  readonly samples: number
  draw(random: Random): Sample
}

/** Cases by primitive and name; `Names` maps each primitive to the union of its cases' names. */
export type CasesOf<Names> = { readonly [O in keyof Names]: Readonly<Record<Names[O] & string, OpCase>> }

type Draw = OpCase['draw']

export const smooth = (draw: Draw): OpCase => ({ kind: 'smooth', samples: 1, draw })
export const kinked = (draw: Draw): OpCase => ({ kind: 'kinked', samples: 1, draw })
export const discrete = (draw: Draw): OpCase => ({ kind: 'discrete', samples: 1, draw })
export const large = (draw: Draw): OpCase => ({ kind: 'large', samples: 1, draw })

/** Draws shapes too, several times. */
export const fuzz = (draw: Draw, kind: CaseKind = 'smooth'): OpCase => ({ kind, samples: 4, draw })
