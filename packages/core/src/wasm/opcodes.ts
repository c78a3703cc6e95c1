/** Types of values on WebAssembly's stack; 64-bit integers have had no use so far. */
export type ValueType = 'i32' | 'f32' | 'f64' | 'v128'

/** The byte that stands for each type in a binary. */
export const valueTypeCodes = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const

/** Letters that stand for the types in the signatures below. */
export const letters = { i: 'i32', f: 'f32', d: 'f64', v: 'v128' } as const
export type Letters = typeof letters

/**
 * Instructions without immediates: `[opcode, signature]` by the specification's own names. A signature has one letter
 * per operand, then `>` and the letter of the result.
 */
export const scalarOpcodes = {
  'i32.eqz': [0x45, 'i>i'],
  'i32.eq': [0x46, 'ii>i'],
  'i32.ne': [0x47, 'ii>i'],
  'i32.lt_u': [0x49, 'ii>i'],
  'i32.gt_u': [0x4b, 'ii>i'],
  'i32.le_u': [0x4d, 'ii>i'],
  'i32.ge_u': [0x4f, 'ii>i'],
  'f32.eq': [0x5b, 'ff>i'],
  'f32.ne': [0x5c, 'ff>i'],
  'f32.lt': [0x5d, 'ff>i'],
  'f32.gt': [0x5e, 'ff>i'],
  'f32.le': [0x5f, 'ff>i'],
  'f32.ge': [0x60, 'ff>i'],
  'i32.add': [0x6a, 'ii>i'],
  'i32.sub': [0x6b, 'ii>i'],
  'i32.mul': [0x6c, 'ii>i'],
  'i32.and': [0x71, 'ii>i'],
  'i32.or': [0x72, 'ii>i'],
  'i32.xor': [0x73, 'ii>i'],
  'i32.shl': [0x74, 'ii>i'],
  'i32.shr_u': [0x76, 'ii>i'],
  'f32.abs': [0x8b, 'f>f'],
  'f32.neg': [0x8c, 'f>f'],
  'f32.sqrt': [0x91, 'f>f'],
  'f32.add': [0x92, 'ff>f'],
  'f32.sub': [0x93, 'ff>f'],
  'f32.mul': [0x94, 'ff>f'],
  'f32.div': [0x95, 'ff>f'],
  'f32.min': [0x96, 'ff>f'],
  'f32.max': [0x97, 'ff>f'],
  'f64.sqrt': [0x9f, 'd>d'],
  'f64.add': [0xa0, 'dd>d'],
  'f64.sub': [0xa1, 'dd>d'],
  'f64.mul': [0xa2, 'dd>d'],
  'f64.div': [0xa3, 'dd>d'],
  'f32.convert_i32_s': [0xb2, 'i>f'],
  'f32.demote_f64': [0xb6, 'd>f'],
  'f64.promote_f32': [0xbb, 'f>d'],
  'i32.reinterpret_f32': [0xbc, 'f>i'],
  'f32.reinterpret_i32': [0xbe, 'i>f'],
} as const

/** SIMD instructions without immediates, written after the prefix 0xfd. Signatures as in {@link scalarOpcodes}. */
export const simdOpcodes = {
  'i8x16.splat': [0x0f, 'i>v'],
  'i32x4.splat': [0x11, 'i>v'],
  'f32x4.splat': [0x13, 'f>v'],
  'f64x2.splat': [0x14, 'd>v'],
  'i8x16.eq': [0x23, 'vv>v'],
  'i8x16.lt_u': [0x26, 'vv>v'],
  'i32x4.eq': [0x37, 'vv>v'],
  'i32x4.lt_u': [0x3a, 'vv>v'],
  'f32x4.eq': [0x41, 'vv>v'],
  'f32x4.ne': [0x42, 'vv>v'],
  'f32x4.lt': [0x43, 'vv>v'],
  'f32x4.gt': [0x44, 'vv>v'],
  'f32x4.le': [0x45, 'vv>v'],
  'f32x4.ge': [0x46, 'vv>v'],
  'v128.not': [0x4d, 'v>v'],
  'v128.and': [0x4e, 'vv>v'],
  'v128.andnot': [0x4f, 'vv>v'],
  'v128.or': [0x50, 'vv>v'],
  'v128.xor': [0x51, 'vv>v'],
  'v128.bitselect': [0x52, 'vvv>v'],
  'v128.any_true': [0x53, 'v>i'],
  'f32x4.demote_f64x2_zero': [0x5e, 'v>v'],
  'f64x2.promote_low_f32x4': [0x5f, 'v>v'],
  'i8x16.narrow_i16x8_u': [0x66, 'vv>v'],
  'i16x8.narrow_i32x4_u': [0x86, 'vv>v'],
  'i16x8.extend_low_i8x16_u': [0x89, 'v>v'],
  'i16x8.extend_high_i8x16_u': [0x8a, 'v>v'],
  'i32x4.extend_low_i16x8_u': [0xa9, 'v>v'],
  'i32x4.extend_high_i16x8_u': [0xaa, 'v>v'],
  'i32x4.shl': [0xab, 'vi>v'],
  'i32x4.shr_s': [0xac, 'vi>v'],
  'i32x4.shr_u': [0xad, 'vi>v'],
  'i32x4.add': [0xae, 'vv>v'],
  'i32x4.sub': [0xb1, 'vv>v'],
  'i32x4.mul': [0xb5, 'vv>v'],
  'i64x2.extmul_low_i32x4_u': [0xde, 'vv>v'],
  'i64x2.extmul_high_i32x4_u': [0xdf, 'vv>v'],
  'f32x4.abs': [0xe0, 'v>v'],
  'f32x4.neg': [0xe1, 'v>v'],
  'f32x4.sqrt': [0xe3, 'v>v'],
  'f32x4.add': [0xe4, 'vv>v'],
  'f32x4.sub': [0xe5, 'vv>v'],
  'f32x4.mul': [0xe6, 'vv>v'],
  'f32x4.div': [0xe7, 'vv>v'],
  'f32x4.min': [0xe8, 'vv>v'],
  'f32x4.max': [0xe9, 'vv>v'],
  'f32x4.pmin': [0xea, 'vv>v'],
  'f32x4.pmax': [0xeb, 'vv>v'],
  'f64x2.sqrt': [0xef, 'v>v'],
  'f64x2.add': [0xf0, 'vv>v'],
  'f64x2.sub': [0xf1, 'vv>v'],
  'f64x2.mul': [0xf2, 'vv>v'],
  'f64x2.div': [0xf3, 'vv>v'],
  'f32x4.convert_i32x4_s': [0xfa, 'v>v'],
} as const

/** Instructions that read memory: `[opcode, log2 of the bytes read, result]`. */
export const loadOpcodes = {
  'i32.load': [[0x28], 2, 'i'],
  'f32.load': [[0x2a], 2, 'f'],
  'f64.load': [[0x2b], 3, 'd'],
  'i32.load8_u': [[0x2d], 0, 'i'],
  'i32.load16_u': [[0x2f], 1, 'i'],
  'v128.load': [[0xfd, 0x00], 4, 'v'],
  'v128.load32_splat': [[0xfd, 0x09], 2, 'v'],
  'v128.load32_zero': [[0xfd, 0x5c], 2, 'v'],
} as const

/** Instructions that write memory: `[opcode, log2 of the bytes written, stored value]`. */
export const storeOpcodes = {
  'i32.store': [[0x36], 2, 'i'],
  'f32.store': [[0x38], 2, 'f'],
  'f64.store': [[0x39], 3, 'd'],
  'i32.store8': [[0x3a], 0, 'i'],
  'i32.store16': [[0x3b], 1, 'i'],
  'v128.store': [[0xfd, 0x0b], 4, 'v'],
} as const

/** Instructions that take one lane out of a vector: `[opcode after 0xfd, result]`. */
export const extractOpcodes = {
  'i32x4.extract_lane': [0x1b, 'i'],
  'f32x4.extract_lane': [0x1f, 'f'],
  'f64x2.extract_lane': [0x21, 'd'],
} as const
