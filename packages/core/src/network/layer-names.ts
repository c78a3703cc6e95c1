import { LockstepError } from '../errors.ts'
import type { Layer } from './layer.ts'

/** `MaxPooling2D` → `max_pooling2d`, by the rule Keras has for automatic names. */
export function stemOf(className: string): string {
  return className
    .replaceAll(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}

/** The name itself, or an error: `/` separates layers from weights in the names of state entries. */
export function checkName(name: string): string {
  if (name !== '' && !name.includes('/')) return name
  throw new LockstepError(
    'invalid-argument',
    { argument: 'name' },
    `a layer cannot be named ${JSON.stringify(name)}; expected a name that is not empty and has no '/'`,
  )
}

/**
 * Names the layers of one model that have no name yet, in the given order: `dense_1`, `dense_2`. Numbers are counted
 * per model and skip names already taken in it, so that the same program always gives the same names.
 */
export function assignNames(layers: readonly Layer[]): void {
  const taken = new Map<string, Layer>()
  for (const layer of layers) if (layer.named) claim(taken, layer)
  const counts = new Map<string, number>()
  for (const layer of layers) {
    if (layer.named) continue
    const stem = layer.name
    let count = (counts.get(stem) ?? 0) + 1
    while (taken.has(`${stem}_${count}`)) count++
    counts.set(stem, count)
    layer.assignName(`${stem}_${count}`)
    claim(taken, layer)
  }
}

function claim(taken: Map<string, Layer>, layer: Layer): void {
  const other = taken.get(layer.name)
  taken.set(layer.name, layer)
  if (other === undefined || other === layer) return
  throw new LockstepError(
    'invalid-argument',
    { argument: 'name' },
    `two layers (${other.className} and ${layer.className}) are both named '${layer.name}'; names are unique within ` +
      `a model, so make one of them with another name: { name: '${layer.name}_b' }`,
  )
}
