/**
 * Runs turbo with its telemetry off, on every platform alike.
 * `--quiet` as the first argument shows turbo's output only when it fails: what `npm run mnist` prints is its own.
 */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import process from 'node:process'

const quiet = process.argv[2] === '--quiet'
const args = process.argv.slice(quiet ? 3 : 2)
const turbo = createRequire(import.meta.url).resolve('turbo/bin/turbo')

const result = spawnSync(process.execPath, [turbo, ...args], {
  stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
})

if (quiet && result.status !== 0) process.stderr.write(`${result.stdout}${result.stderr}`)
if (result.error) throw result.error
process.exitCode = result.status ?? 1
