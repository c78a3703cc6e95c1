/** Where the middle half of some numbers lies. */
export interface Spread {
  readonly lower: number
  readonly median: number
  readonly upper: number
}

/** The value below which the `share` (0 … 1) of `values` lies, interpolated linearly; NaN when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const position = share * (sorted.length - 1)
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The quartiles in words, `digits` behind the point. */
export function showQuartiles({ lower, upper }: Spread, digits: number): string {
  return `${lower.toFixed(digits)} – ${upper.toFixed(digits)}`
}

/** Quartiles and median. */
export function spread(values: readonly number[]): Spread {
  return { lower: quantile(values, 0.25), median: median(values), upper: quantile(values, 0.75) }
}
