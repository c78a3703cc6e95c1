import type { HostTensor, Node } from '@lockstep/core'

/**
 * How far a float32 result may lie from the float64 one: absolute + relative · (|expected| + m), where m is the largest
 * finite magnitude of the expected tensor if the result was summed up, since sums inherit the error of their largest
 * terms, and 0 if each element was computed on its own. NaN and infinities must be the same; int32 and bool too.
 */
export interface Tolerance {
  readonly relative: number
  readonly absolute: number
}

/** A backend that computes float32 with 24 bits stays well within; one with TF32 needs to say so. */
export const defaultTolerance: Tolerance = { relative: 1e-5, absolute: 1e-6 }

export interface Comparison {
  readonly name: string
  readonly node: Pick<Node, 'dtype'>
  readonly tolerance: Tolerance
  readonly summed: boolean
}

/** Throws naming the first element that is too far off, and how many are. */
export function compare(actual: HostTensor, expected: Float64Array, comparison: Comparison): void {
  const { name, node, tolerance, summed } = comparison
  const scale = summed ? largestOf(expected) : 0
  const within = (got: number, want: number): boolean => {
    const rounded = node.dtype === 'float32' ? Math.fround(want) : want
    if (Object.is(got, rounded) || got === rounded) return true
    if (node.dtype !== 'float32' || !Number.isFinite(rounded)) return false
    return Math.abs(got - want) <= tolerance.absolute + tolerance.relative * (Math.abs(want) + scale)
  }
  const wrong: number[] = []
  for (let at = 0; at < expected.length; at++) if (!within(actual[at] as number, expected[at] as number)) wrong.push(at)
  const [first] = wrong
  if (first === undefined) return
  throw new Error(
    `${name}: ${wrong.length} of ${expected.length} elements are wrong; the first is [${first}]: got ${actual[first]}, expected ${expected[first]}`,
  )
}

function largestOf(values: Float64Array): number {
  return values.reduce((largest, value) => (Number.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest), 0)
}
