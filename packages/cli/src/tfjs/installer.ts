import { LockstepError } from '@lockstep/core/errors'
import { lastLines } from '../run/run-program.ts'
import { runNpm } from './npm-packages.ts'
import type { Variant } from './variant.ts'

const defaultHost = 'https://storage.googleapis.com/'

/** Whether the place that tfjs-node's own installer downloads from answers, within a few seconds. */
export async function installerReachable(signal?: AbortSignal, timeoutMs = 5000): Promise<boolean> {
  const late = AbortSignal.timeout(timeoutMs)
  try {
    const signals = signal === undefined ? late : AbortSignal.any([late, signal])
    const response = await fetch(downloadLocation(), { method: 'HEAD', signal: signals })
    return response.ok
  } catch {
    signal?.throwIfAborted()
    return false
  }
}

/** One file that the installer would fetch, by the variables that move its downloads. */
function downloadLocation(): string {
  const { TFJS_NODE_BASE_URI, TFJS_NODE_CDN_STORAGE } = process.env
  const base = TFJS_NODE_BASE_URI || `${TFJS_NODE_CDN_STORAGE || defaultHost}tensorflow/libtensorflow/libtensorflow-`
  return `${base}cpu-linux-x86_64-2.9.1.tar.gz`
}

/** Runs the package's own installer, which downloads a library and a binding. Throws `unavailable`. */
export async function runInstaller(prefix: string, { npmPackage }: Variant, signal?: AbortSignal): Promise<void> {
  const args = ['rebuild', '--foreground-scripts', '--ignore-scripts=false', '--prefix', prefix, npmPackage]
  const result = await runNpm(args, { cwd: prefix, signal, timeoutMs: 15 * 60_000 })
  if (result.ok) return
  const remedy = 'use `lockstep setup tfjs --source wheel`, which takes TensorFlow from the Python package index'
  throw new LockstepError(
    'unavailable',
    { what: `${npmPackage}'s download`, remedy },
    `${npmPackage}'s own installer failed (${result.problem}); ${remedy}\n${lastLines(result)}`,
  )
}
