/** What words 0 and 2 of a counter are multiplied by in every round. */
export const philoxMultipliers = [0xd2511f53, 0xcd9e8d57] as const

/** Added to the two words of the key after every round: the golden ratio and √3 − 1, times 2^32. */
export const philoxWeyl = [0x9e3779b9, 0xbb67ae85] as const

export const philoxRounds = 10

// As single constants they halve the time of a block.
const [multiplier0, multiplier2] = philoxMultipliers
const [weyl0, weyl1] = philoxWeyl

/** The 64 bits that choose one sequence, low word first. */
export type PhiloxKey = readonly [number, number]

/** The 128 bits that choose one block of four words, lowest word first. */
export type PhiloxCounter = readonly [number, number, number, number]

/**
 * Writes the four words that belong to a counter under a key; all integers are modulo 2^32. Philox4x32-10 of Salmon,
 * Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC11). There is no state: any word is found
 * without those before it.
 */
export function philox4x32(counter: PhiloxCounter, key: PhiloxKey, words: Uint32Array): void {
  let c0: number = counter[0]
  let c1: number = counter[1]
  let c2: number = counter[2]
  let c3: number = counter[3]
  let k0: number = key[0]
  let k1: number = key[1]
  for (let round = 0; round < philoxRounds; round++) {
    const high0 = highProduct(multiplier0, c0)
    const low0 = Math.imul(multiplier0, c0)
    const high2 = highProduct(multiplier2, c2)
    const low2 = Math.imul(multiplier2, c2)
    c0 = high2 ^ c1 ^ k0
    c1 = low2
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + weyl0) | 0
    k1 = (k1 + weyl1) | 0
  }
  words[0] = c0
  words[1] = c1
  words[2] = c2
  words[3] = c3
}

/** The upper half of the 64-bit product of two unsigned 32-bit integers, by way of halves of 16 bits. */
function highProduct(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const middle = a1 * b0 + ((a0 * b0) >>> 16)
  const carry = a0 * b1 + (middle & 0xffff)
  return (a1 * b1 + (middle >>> 16) + (carry >>> 16)) | 0
}
