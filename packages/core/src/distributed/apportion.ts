/**
 * Divides the first `count` of all samples among parts of these lengths, each according to its share: the method of
 * Webster and Sainte-Laguë, which deals sample j of a part of length n at the time (j + ½) / n; parts whose samples
 * fall together are served in their order. So a larger count never takes a sample away from a part, and all samples
 * together are all parts.
 */
export function apportion(count: number, lengths: readonly number[]): number[] {
  const total = lengths.reduce((sum, length) => sum + length, 0)
  if (total === 0) return lengths.map(() => 0)
  // What has been dealt by the time count / total: right but for a few parts whose next sample is near.
  const dealt = lengths.map((length) => Math.min(length, Math.floor((2 * count * length + total) / (2 * total))))
  let missing = count - dealt.reduce((sum, part) => sum + part, 0)
  for (; missing > 0; missing--) change(dealt, next(dealt, lengths), 1)
  for (; missing < 0; missing++) change(dealt, last(dealt, lengths), -1)
  return dealt
}

function change(dealt: number[], part: number, by: number): void {
  dealt[part] = (dealt[part] as number) + by
}

/** The part whose turn is next: the least (dealt + ½) / length, of equals the first. */
function next(dealt: readonly number[], lengths: readonly number[]): number {
  return lengths.reduce((best, length, part) => {
    if ((dealt[part] as number) >= length) return best
    return best < 0 || earlier(part, best, dealt, lengths, 1) < 0 ? part : best
  }, -1)
}

/** The part that was served last: the greatest (dealt − ½) / length, of equals the last. */
function last(dealt: readonly number[], lengths: readonly number[]): number {
  return lengths.reduce((best, _, part) => {
    if (dealt[part] === 0) return best
    return best < 0 || earlier(part, best, dealt, lengths, -1) >= 0 ? part : best
  }, -1)
}

/** Negative where sample `dealt ± ½` of part `a` comes before that of part `b`; in whole numbers, so that ties are ties. */
function earlier(a: number, b: number, dealt: readonly number[], lengths: readonly number[], half: 1 | -1): number {
  const time = (part: number, other: number): number =>
    (2 * (dealt[part] as number) + half) * (lengths[other] as number)
  return time(a, b) - time(b, a)
}
