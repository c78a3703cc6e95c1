import { LockstepError } from '@lockstep/core/errors'
import { runProgram } from '../run/run-program.ts'

/** How pip is run: a program and its first arguments. */
export type Pip = readonly [program: string, ...args: string[]]

/**
 * Finds a pip that runs: that of `python` where one is given, else of the Python on the PATH, else uv's.
 * Throws `unavailable` with the commands that would have worked.
 */
export async function findPip(python?: string, signal?: AbortSignal): Promise<Pip> {
  const candidates: readonly Pip[] = python === undefined ? anyPip : [[python, '-m', 'pip']]
  for (const [program, ...args] of candidates) {
    const { ok } = await runProgram(program, [...args, '--version'], { signal, timeoutMs: 60_000 })
    if (ok) return [program, ...args]
  }
  const tried = candidates.map((words) => `\`${words.join(' ')}\``).join(', ')
  const remedy = 'install Python 3 with pip (Debian: apt install python3-pip) or uv, or name one with --python PATH'
  throw new LockstepError(
    'unavailable',
    { what: 'pip', remedy },
    `wheels come through pip, and there is none here (tried ${tried}); ${remedy}`,
  )
}

const anyPip: readonly Pip[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['pip3'],
  ['uv', 'tool', 'run', 'pip'],
]
