/** Work that will be awaited later: a failure until then is not an unhandled one. */
export function begin<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}
