import type { HalfFormat } from './kernels.ts'

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The 16 bits nearest to a float32, given as its bits; of two as near the even one. */
export const packBits: Readonly<Record<HalfFormat, (float32: number) => number>> = {
  bfloat16(float32) {
    const upper = float32 >>> 16
    if ((float32 & 0x7fffffff) > 0x7f800000) return upper | 0x40
    return (float32 + 0x7fff + (upper & 1)) >>> 16
  },
  float16(float32) {
    const sign = (float32 >>> 16) & 0x8000
    const size = float32 & 0x7fffffff
    if (size > 0x7f800000) return sign | 0x7e00 | ((size >>> 13) & 0x3ff)
    return sign | roundedSize(floatOf(size))
  },
}

/** The bits of the float32 that 16 bits stand for. */
export const unpackBits: Readonly<Record<HalfFormat, (half: number) => number>> = {
  bfloat16: (half) => (half << 16) >>> 0,
  float16(half) {
    const sign = (half & 0x8000) << 16
    const exponent = (half >>> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 31) return (sign | 0x7f800000 | (fraction << 13)) >>> 0
    const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15)
    return (sign | bitsOf(size)) >>> 0
  },
}

export function bitsOf(value: number): number {
  float[0] = value
  return bits[0] as number
}

function floatOf(ofBits: number): number {
  bits[0] = ofBits
  return float[0] as number
}

/** By the definition, in float64: the number of steps of the binade that the value lies in, rounded. */
function roundedSize(value: number): number {
  if (value >= 65520) return 0x7c00
  const exponent = Math.max(-14, Math.floor(Math.log2(value)))
  const step = 2 ** (exponent - 10)
  const steps = value / step
  const floor = Math.floor(steps)
  const rest = steps - floor
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
  // A full binade of 2048 steps overflows into the exponent, which is what it should do.
  return (exponent + 14) * 1024 + rounded
}
