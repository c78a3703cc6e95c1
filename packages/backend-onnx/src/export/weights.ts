import { LockstepError, type Shape, sizeOf } from '@lockstep/core'

/** The value of a state entry; throws when it is missing or of another length. */
export function weightsOf(name: string, shape: Shape, values: ReadonlyMap<string, Float32Array>): Float32Array {
  const value = values.get(name)
  if (value === undefined) {
    const known = [...values.keys()]
    throw new LockstepError(
      'unknown-name',
      { name, known },
      `exportGraph: the graph reads state ${JSON.stringify(name)}, which has no value; there are values of ${known.join(', ')}`,
    )
  }
  if (value.length === sizeOf(shape)) return value
  throw new LockstepError(
    'invalid-argument',
    { argument: name },
    `exportGraph: the value of state ${JSON.stringify(name)} has ${value.length} elements; expected ${sizeOf(shape)} for [${shape.join(', ')}]`,
  )
}
