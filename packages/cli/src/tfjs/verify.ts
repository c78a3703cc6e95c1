import { fileURLToPath } from 'node:url'
import { LockstepError } from '@lockstep/core/errors'
import { lastLines, runProgram } from '../run/run-program.ts'
import type { Variant } from './variant.ts'

/** What a child process found out about an installation by using it. */
export interface Verified {
  /** What the library reports. */
  readonly tensorflow: string
  /** How long it took to load it and to compute, in milliseconds. */
  readonly milliseconds: number
}

const child = fileURLToPath(new URL('./verify-child.js', import.meta.url))

/**
 * Multiplies two matrices in an installation's native engine, in a process of its own: a library that crashes takes
 * nothing else with it. Throws `engine-failure` with what the process said.
 */
export async function verify(prefix: string, variant: Variant, signal?: AbortSignal): Promise<Verified> {
  const start = performance.now()
  const args = [child, prefix, variant.npmPackage, variant.backendName]
  const result = await runProgram(process.execPath, args, { signal, timeoutMs: 180_000 })
  const answer = /^verified (\S+)$/m.exec(result.stdout)
  if (result.ok && answer?.[1]) return { tensorflow: answer[1], milliseconds: performance.now() - start }
  throw new LockstepError(
    'engine-failure',
    { engine: variant.npmPackage },
    `${variant.title} in ${prefix} does not compute (${result.problem || 'no answer'}); expected the product of two matrices.\n` +
      lastLines(result),
  )
}
