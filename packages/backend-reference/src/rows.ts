/** `target[to + i] += factor · source[from + i]` for `length` elements: the inner loop of every product. */
export function addScaled(
  target: Float64Array,
  to: number,
  factor: number,
  source: Float64Array,
  from: number,
  length: number,
): void {
  for (let at = 0; at < length; at++)
    target[to + at] = (target[to + at] as number) + factor * (source[from + at] as number)
}

/** Σ a[i] · b[i] over `length` elements from each start. */
export function dot(a: Float64Array, startA: number, b: Float64Array, startB: number, length: number): number {
  let sum = 0
  for (let at = 0; at < length; at++) sum += (a[startA + at] as number) * (b[startB + at] as number)
  return sum
}
