import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LockstepError } from '@lockstep/core'
import { cacheFolder } from '@lockstep/core/node'

/** The Python programs that peers run. */
export const peersSource: string = fileURLToPath(new URL('../peers/', import.meta.url))

/** The virtual environment of the peers: `LOCKSTEP_PEERS_DIR`, else a folder in the user's cache. */
export function peersFolder(): string {
  return process.env['LOCKSTEP_PEERS_DIR'] || cacheFolder('peers')
}

/** The environment's interpreter. Throws `unavailable` before `setUpPeers` has made it. */
export function peersPython(): string {
  const python = interpreter()
  if (existsSync(python)) return python
  const remedy = 'Run `npm run bench -- setup`, or set LOCKSTEP_PEERS_DIR to an environment with PyTorch'
  throw new LockstepError(
    'unavailable',
    { what: python, remedy },
    `the peers are not installed: no ${python}. ${remedy}.`,
  )
}

/** Makes the environment and installs the peers into it; prints what pip prints. May be repeated. */
export function setUpPeers(python: string): void {
  const run = (program: string, ...args: string[]): unknown => execFileSync(program, args, { stdio: 'inherit' })
  if (!existsSync(interpreter())) run(python, '-m', 'venv', peersFolder())
  run(interpreter(), '-m', 'pip', 'install', '-r', join(peersSource, 'requirements.txt'))
}

function interpreter(): string {
  return process.platform === 'win32'
    ? join(peersFolder(), 'Scripts', 'python.exe')
    : join(peersFolder(), 'bin', 'python')
}
