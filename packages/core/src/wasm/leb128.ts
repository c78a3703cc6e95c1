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

/** An integer modulo 2^32 as signed LEB128, the encoding of 32-bit constants. */
export function signedLeb(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    // The upper bit of the last group of seven is read as the sign.
    const finished = rest === (low < 0x40 ? 0 : -1)
    bytes.push(finished ? low : low | 0x80)
    if (finished) return bytes
  }
}
