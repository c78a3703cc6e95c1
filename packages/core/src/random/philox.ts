/**
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC11): a bijection of
 * 128-bit counters chosen by a 64-bit key. There is no state: any word of any tensor is found without those before it.
 */
export const philoxMultipliers = [0xd2511f53, 0xcd9e8d57] as const

/** Added to the two words of the key after every round: the golden ratio and √3 − 1, in 32 bits. */
export const philoxWeyl = [0x9e3779b9, 0xbb67ae85] as const

export const philoxRounds = 10

/** Writes the four words that belong to a counter and a key. All are taken modulo 2^32. */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
): void {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < philoxRounds; round++) {
    const [m0, m1] = philoxMultipliers
    const next0 = highProduct(m1, c2) ^ c1 ^ k0
    const next2 = highProduct(m0, c0) ^ c3 ^ k1
    c1 = Math.imul(m1, c2)
    c3 = Math.imul(m0, c0)
    c0 = next0
    c2 = next2
    k0 = (k0 + philoxWeyl[0]) | 0
    k1 = (k1 + philoxWeyl[1]) | 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

/** The upper 32 bits of the product of two unsigned 32-bit integers, modulo 2^32, by halves of 16 bits. */
function highProduct(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const low = Math.imul(a0, b0) >>> 16
  const middle = (Math.imul(a1, b0) >>> 0) + low
  const upper = (Math.imul(a0, b1) >>> 0) + (middle & 0xffff)
  return (Math.imul(a1, b1) + (middle >>> 16) + (upper >>> 16)) | 0
}
