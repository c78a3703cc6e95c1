/** The first place, in the order of keys, where two JSON values differ, with what each has there. */
export interface Difference {
  /** E.g. `weights.dense_1/kernel.shape`. */
  readonly path: string
  readonly values: readonly [first: unknown, other: unknown]
}

/** Undefined where both are the same, the order of keys included. */
export function firstDifference(first: unknown, other: unknown, path = ''): Difference | undefined {
  if (!isBranch(first) || !isBranch(other)) {
    return Object.is(first, other) ? undefined : { path, values: [first, other] }
  }
  const [keys, others] = [Object.keys(first), Object.keys(other)]
  for (let index = 0; index < Math.max(keys.length, others.length); index++) {
    const [key, twin] = [keys[index], others[index]]
    if (key === undefined || key !== twin) return { path: path || 'keys', values: [key ?? null, twin ?? null] }
    const found = firstDifference(first[key], other[key], path === '' ? key : `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
