export { fillRandom } from './fill-random.ts'
export { normalFloats, permutation, uniformFloats } from './host-random.ts'
export { createRandomFiller, type RandomFiller } from './philox-simd.ts'
export type { RandomKey, RandomSpec } from './random-key.ts'
