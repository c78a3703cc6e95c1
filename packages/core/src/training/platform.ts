import { LockstepError } from '../errors.ts'

/** What `@lockstep/core/node` brings: files and the terminal. */
export type NodeTools = typeof import('../node/index.ts')

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
