import { i32, i32x4, op, type Value } from '@lockstep/core/wasm'

type Vector = Value<'v128'>

/** How a 16-bit format is made of float32 and made float32 again, four values at a time; 16 bits lie in the low half. */
export interface HalfVectors {
  pack(floats: () => Vector): Vector
  unpack(halves: () => Vector): Vector
}

const every = (value: number): Vector => i32x4(value, value, value, value)
const shiftLeft = (vector: Vector, bits: number): Vector => op('i32x4.shl', vector, i32(bits))
const shiftRight = (vector: Vector, bits: number): Vector => op('i32x4.shr_u', vector, i32(bits))
const and = (vector: Vector, mask: number): Vector => op('v128.and', vector, every(mask))
const choose = (condition: Vector, yes: Vector, no: Vector): Vector => op('v128.bitselect', yes, no, condition)

/** The upper half of a float32, rounded to nearest even; a NaN stays one, quiet. */
export const bfloat16Vectors: HalfVectors = {
  pack(floats) {
    const odd = and(shiftRight(floats(), 16), 1)
    const rounded = shiftRight(op('i32x4.add', op('i32x4.add', floats(), every(0x7fff)), odd), 16)
    const quiet = op('v128.or', shiftRight(floats(), 16), every(0x40))
    return choose(op('f32x4.ne', floats(), floats()), quiet, rounded)
  },
  unpack: (halves) => shiftLeft(halves(), 16),
}

const bias = 127 - 15
/** The smallest float32 that is no subnormal number as a float16, and the first that is too large for one. */
const smallestNormal = (bias + 1) << 23
const tooLarge = (127 + 16) << 23
/** 0.5: its last bit has the weight of the smallest subnormal float16, so adding it rounds there. */
const roundsSubnormals = 126 << 23

/** IEEE 754 binary16, rounded to nearest even, with subnormal numbers; what is too large becomes infinity. */
export const float16Vectors: HalfVectors = {
  pack(floats) {
    const size = (): Vector => and(floats(), 0x7fffffff)
    const odd = and(shiftRight(size(), 13), 1)
    const normal = shiftRight(op('i32x4.add', op('i32x4.add', size(), every((-bias << 23) + 0xfff)), odd), 13)
    const added = op('f32x4.add', size(), every(roundsSubnormals))
    const subnormal = op('i32x4.sub', added, every(roundsSubnormals))
    const notANumber = op('v128.or', every(0x7e00), and(shiftRight(size(), 13), 0x3ff))
    const special = choose(op('f32x4.ne', floats(), floats()), notANumber, every(0x7c00))
    const finite = choose(op('i32x4.lt_u', size(), every(smallestNormal)), subnormal, normal)
    const unsigned = choose(op('i32x4.lt_u', size(), every(tooLarge)), finite, special)
    return op('v128.or', unsigned, and(shiftRight(floats(), 16), 0x8000))
  },
  unpack(halves) {
    const size = (): Vector => shiftLeft(and(halves(), 0x7fff), 13)
    const normal = (): Vector => op('i32x4.add', size(), every(bias << 23))
    const special = op('i32x4.add', normal(), every(bias << 23))
    const lifted = op('i32x4.add', normal(), every(1 << 23))
    const subnormal = op('f32x4.sub', lifted, every(smallestNormal))
    const exponent = (): Vector => and(halves(), 0x7c00)
    const isSpecial = op('i32x4.eq', exponent(), every(0x7c00))
    const isSubnormal = op('i32x4.eq', exponent(), every(0))
    const unsigned = choose(isSpecial, special, choose(isSubnormal, subnormal, normal()))
    return op('v128.or', unsigned, shiftLeft(and(halves(), 0x8000), 16))
  },
}
