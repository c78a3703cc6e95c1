import { allocateArena } from '../backend/arena.ts'
import { graph } from '../graph/graph.ts'
import type { Node } from '../graph/node.ts'
import { input, state } from '../graph/ops.ts'
import { compileKernels } from './compile-kernels.ts'
import { elements, kernelOf } from './kernel.ts'

/** Numbers on which operations differ in their special cases, in a length that is no multiple of a vector's. */
export const awkward: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.3,
  -2.5,
  1e-45,
  3e38,
  -3e38,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  1e-8,
  16777217,
  -7,
]

export interface Leaves {
  readonly a: Node
  readonly b: Node
  readonly scalar: Node
}

/** Computes an elementwise expression of two arrays and a scalar, with or without vectors. */
export function runElementwise(
  build: (leaves: Leaves) => Node,
  {
    a,
    b,
    scalar = 0.5,
    simd,
  }: { readonly a: readonly number[]; readonly b: readonly number[]; readonly scalar?: number; readonly simd: boolean },
): number[] {
  const leaves = { a: state('a', elements), b: state('b', elements), scalar: input('scalar', []) }
  const kernel = kernelOf(graph({ updates: { out: build(leaves) } }))
  const arena = allocateArena(48)
  const offsets: Readonly<Record<string, number>> = { a: 0, b: 16, out: 32 }
  arena.floats.set(a, 0)
  arena.floats.set(b, 16)
  const run = compileKernels(arena, new Map([['k', kernel]]), { simd, by: 'the test' }).runs.get('k')
  run?.(
    a.length,
    kernel.arrays.map((name) => offsets[name] as number),
    kernel.scalars.map(() => scalar),
  )
  return [...arena.floats.subarray(32, 32 + a.length)]
}
