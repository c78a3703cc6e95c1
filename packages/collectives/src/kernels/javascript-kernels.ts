import { packBits, unpackBits } from './half-numbers.ts'
import type { Kernels } from './kernels.ts'

const wordsOf = ({ buffer, byteOffset, length }: Float32Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length)

/** The kernels in plain JavaScript: ten times slower, for machines without vectors and to compare with. */
export const javascriptKernels: Kernels = {
  sum(into, terms) {
    const round = into instanceof Float32Array ? Math.fround : (value: number) => value
    for (let index = 0; index < into.length; index++) {
      let sum = terms[0]?.[index] as number
      for (let term = 1; term < terms.length; term++) sum = round(sum + (terms[term]?.[index] as number))
      into[index] = sum
    }
  },
  scale(into, from, factor) {
    const rounded = into instanceof Float32Array ? Math.fround(factor) : factor
    for (let index = 0; index < into.length; index++) into[index] = (from[index] as number) * rounded
  },
  pack(format, into, from) {
    const words = wordsOf(from)
    for (let index = 0; index < into.length; index++) into[index] = packBits[format](words[index] as number)
  },
  unpack(format, into, from) {
    const words = wordsOf(into)
    for (let index = 0; index < into.length; index++) words[index] = unpackBits[format](from[index] as number)
  },
  unpackAdd(format, into, addend, from) {
    const values = new Float32Array(into.length)
    javascriptKernels.unpack(format, values, from)
    javascriptKernels.sum(into, [addend, values])
  },
}
