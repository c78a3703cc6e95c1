import type { StartHelpers } from '../apply/index.ts'
import { LockstepError } from '../errors.ts'

/** What `@lockstep/core/node` brings: files and the terminal. */
export type NodeTools = typeof import('../node/index.ts')

/** What starts threads that share updates with a caller who may use `threads` of them; undefined where there are none. */
export async function updateHelpers(threads: number | undefined): Promise<StartHelpers | undefined> {
  if (!isNode()) return undefined
  const node = await import('../node/update-helpers.ts')
  return node.updateHelpers(threads)
}

/** Whether files and a terminal are there. */
export function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } }
  return process?.versions?.node !== undefined
}

/** Loads them; rejects with `unsupported` elsewhere, e.g. in a browser. */
export async function nodeTools(feature: string): Promise<NodeTools> {
  if (isNode()) return import('../node/index.ts')
  throw new LockstepError(
    'unsupported',
    { feature, by: 'this JavaScript runtime' },
    `${feature} needs Node; elsewhere use model.serialize() and deserializeModel(bytes), and verbose: 0`,
  )
}
