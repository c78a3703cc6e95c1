/**
 * A hash of text for content addressing, 106 bits as hexadecimal digits. Fast and synchronous; made against accidents,
 * not against adversaries. Multiply–xorshift mixing (the construction known as cyrb53), twice with different seeds.
 */
export function contentHash(text: string): string {
  return mix53(text, 0x9e3779b9) + mix53(text, 0x7f4a7c15)
}

function mix53(text: string, seed: number): string {
  let a = 0xdeadbeef ^ seed
  let b = 0x41c6ce57 ^ seed
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  const high = finish(a, b) & 0x1fffff
  const low = finish(b, a) >>> 0
  return high.toString(16).padStart(6, '0') + low.toString(16).padStart(8, '0')
}

function finish(a: number, b: number): number {
  return Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
}
