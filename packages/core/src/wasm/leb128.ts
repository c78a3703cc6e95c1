/** A non-negative integer below 2^32 as unsigned LEB128, the encoding of every count and index in a WebAssembly binary. */
export function unsignedLeb(value: number): number[] {
  const bytes: number[] = []
  let rest = value >>> 0
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  bytes.push(rest)
  return bytes
}

/** A signed 64-bit integer (a 32-bit one included) as signed LEB128, the encoding of integer constants. */
export function signedLeb(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    // The sixth bit of the last byte is read as the sign.
    const finished = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)
    bytes.push(finished ? low : low | 0x80)
    if (finished) return bytes
  }
}
