import type { RandomKind } from '../graph/node.ts'

export type FloatKind = Exclude<RandomKind, 'bernoulli'>

/** Makes the first `count` values of a block out of its four words and puts them at `offset`. */
type BlockWriter = (words: Uint32Array, offset: number, count: number) => void

/** The writer of a kind of random floats into their array. */
export function blockWriter(kind: FloatKind, out: Float32Array): BlockWriter {
  const value = kind === 'uniform' ? uniformValue : normalValue
  return (words, offset, count) => {
    for (let index = 0; index < count; index++) out[offset + index] = value(words, index)
  }
}

/** The upper 24 bits as a fraction: every value is exact in float32 and below 1. */
function uniformValue(words: Uint32Array, index: number): number {
  return ((words[index] as number) >>> 8) * 2 ** -24
}

/**
 * Box and Muller (1958), of the words 0 and 1 or 2 and 3: the first is the radius, in (0, 1] so that its logarithm is
 * finite, the second the angle; the even element takes the cosine, the odd one the sine. Float64 until it is stored.
 */
function normalValue(words: Uint32Array, index: number): number {
  const pair = index & 2
  const radius = Math.sqrt(-2 * Math.log(((words[pair] as number) + 1) * 2 ** -32))
  const angle = 2 * Math.PI * (words[pair + 1] as number) * 2 ** -32
  return radius * (index % 2 === 0 ? Math.cos(angle) : Math.sin(angle))
}
