import { LockstepError } from '../errors.ts'
import { type Shape, sizeOf } from '../graph/node.ts'

/** One named tensor inside the state arena. Offsets and lengths count float32 elements. */
export interface StateEntry {
  readonly name: string
  readonly shape: Shape
  readonly offset: number
  readonly length: number
}

/** A part of the arena, in elements: `[start, end)`. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Where every persistent tensor of a training job lies in one flat float32 arena. Gaps between entries are zero. */
export interface StateLayout {
  readonly entries: ReadonlyMap<string, StateEntry>
  /** Elements of the whole arena. */
  readonly length: number
}

/** Entries begin at multiples of this many elements (64 bytes, a cache line and the widest vector). */
export const stateAlignment = 16

/** Lays out the tensors in the given order. */
export function stateLayout(tensors: Iterable<readonly [name: string, shape: Shape]>): StateLayout {
  const entries = new Map<string, StateEntry>()
  let offset = 0
  for (const [name, shape] of tensors) {
    if (entries.has(name)) {
      throw new LockstepError(
        'invalid-argument',
        { argument: name },
        `stateLayout: ${JSON.stringify(name)} appears twice; names must be distinct`,
      )
    }
    const length = sizeOf(shape)
    entries.set(name, { name, shape, offset, length })
    offset += Math.ceil(length / stateAlignment) * stateAlignment
  }
  return { entries, length: offset }
}

/** The entry of that name; throws `unknown-name` listing those that exist. */
export function stateEntry(layout: StateLayout, name: string): StateEntry {
  const entry = layout.entries.get(name)
  if (entry !== undefined) return entry
  const known = [...layout.entries.keys()]
  throw new LockstepError(
    'unknown-name',
    { name, known },
    `there is no state entry ${JSON.stringify(name)}; the layout has ${known.join(', ')}`,
  )
}

/**
 * The range itself, by default the whole state. Throws `invalid-argument` naming `argument` unless it lies within the
 * state and `memory` has its length: for `Replica.read` and `write`.
 */
export function checkRange(argument: string, { length }: StateLayout, memory: Float32Array, range?: Range): Range {
  const { start, end } = range ?? { start: 0, end: length }
  const fits = Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= length
  if (fits && memory.length === end - start) return { start, end }
  throw new LockstepError(
    'invalid-argument',
    { argument },
    `${argument}: ${memory.length} elements for the range [${start}, ${end}) of a state of ${length}; expected the range to lie within the state and the array to have its length`,
  )
}
