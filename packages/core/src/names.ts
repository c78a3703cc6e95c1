import { LockstepError } from './errors.ts'

/**
 * The entry of `table` under `name`. Throws `unknown-name` that lists the known names and suggests the nearest one, so
 * `categorical_crossentropy` and `Relu` lead to `categoricalCrossentropy` and `relu`. `kind` says what is being named
 * ("loss", "activation"), `advice` how else an unknown one can be brought in.
 */
export function lookUp<T>(kind: string, name: string, table: Readonly<Record<string, T>>, advice = ''): T {
  if (Object.hasOwn(table, name)) return table[name] as T
  throw unknownName(kind, name, Object.keys(table), advice)
}

/** The error {@link lookUp} throws, for names that are kept in some other way. */
export function unknownName(
  kind: string,
  name: string,
  known: readonly string[],
  advice = '',
): LockstepError<'unknown-name'> {
  const nearest = nearestName(name, known)
  const guess = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  const list = known.length === 0 ? 'none is known' : `known: ${known.join(', ')}`
  const end = advice === '' ? '' : `; ${advice}`
  return new LockstepError('unknown-name', { name, known }, `unknown ${kind} '${name}'${guess} (${list})${end}`)
}

/** The known name that looks most like `name`, or undefined when none is at all alike. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = normalised(name)
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const candidate of known) {
    const distance = editDistance(wanted, normalised(candidate))
    if (best === undefined || distance < best.distance) best = { name: candidate, distance }
  }
  const tolerance = Math.max(2, Math.floor(wanted.length / 3))
  return best !== undefined && best.distance <= tolerance && best.distance < wanted.length ? best.name : undefined
}

function normalised(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase()
}

/** Levenshtein's distance: how many insertions, deletions and replacements lead from one word to the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] as number) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const shortened = (previous[column] as number) + 1
      const lengthened = (current[column - 1] as number) + 1
      current.push(Math.min(replaced, shortened, lengthened))
    }
    previous = current
  }
  return previous[to.length] as number
}
