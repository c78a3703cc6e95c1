import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const bin = fileURLToPath(new URL('../../bin/lockstep.js', import.meta.url))

/** How the built command ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the built command as a process of its own. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { readonly ended: Promise<Ended>; kill(signal: NodeJS.Signals): void; readonly printed: () => string } {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...output })))
  return { ended, kill: (signal) => child.kill(signal), printed: () => output.stdout + output.stderr }
}

/** Runs the built command to its end. */
export function lockstep(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
  return start(args, env).ended
}

/** A folder that is deleted when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
