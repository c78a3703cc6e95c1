import { fileURLToPath } from 'node:url'
import { LockstepError } from '@lockstep/core/errors'
import { lastLines, runProgram } from '../run/run-program.ts'

const child = fileURLToPath(new URL('./load-child.js', import.meta.url))

/**
 * Loads shared libraries, by path or name, one after the other in a process of its own. Returns the reasons of those
 * that do not load, by file; what only lacks the driver's library counts as loaded.
 */
export async function loadLibraries(
  files: readonly string[],
  signal?: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const result = await runProgram(process.execPath, [child, ...files], { signal, timeoutMs: 120_000 })
  const answer = result.stdout.trim().split('\n').at(-1) ?? ''
  if (result.ok) return (JSON.parse(answer) as { readonly failures: Record<string, string> }).failures
  throw new LockstepError(
    'engine-failure',
    { engine: 'koffi' },
    `libraries cannot be loaded through koffi (${result.problem}); if it is not installed, run: npm install koffi\n${lastLines(result)}`,
  )
}
