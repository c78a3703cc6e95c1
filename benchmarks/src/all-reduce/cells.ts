/** A size to measure at, and how often. */
export interface Cell {
  readonly bytes: number
  /** Calls before those that count. */
  readonly warmUps: number
  readonly repeats: number
}

/** What one size took: the median of its calls on rank 0, in milliseconds. */
export interface Timing {
  readonly bytes: number
  readonly ms: number
}

/** How often to call at a size: some tenths of a second on a machine of today. */
export function cellOf(bytes: number): Cell {
  const repeats = Math.max(15, Math.min(2000, Math.round(4e8 / (bytes + 2e5))))
  // Compilers that learn, and the system's buffers of a connection, need some calls before they are what they will be:
  // V8 has compiled what sums over zmq after a hundred.
  return { bytes, warmUps: 100 + Math.ceil(repeats / 4), repeats }
}

/** The cell as the peers' programs read it. */
export function cellArgument({ bytes, warmUps, repeats }: Cell): string {
  return `${bytes}:${warmUps}:${repeats}`
}

/** `25 MB` of 2^20 bytes, `1 KB` of 2^10. */
export function showBytes(bytes: number): string {
  if (bytes >= 2 ** 20) return `${Number((bytes / 2 ** 20).toFixed(2))} MB`
  return bytes >= 1024 ? `${Number((bytes / 1024).toFixed(2))} KB` : `${bytes} B`
}
