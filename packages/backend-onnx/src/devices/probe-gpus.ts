import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { messageOf } from '../engine/native-library.ts'
import type { ProbeReport } from './probe-report.ts'

/** A GPU driver that answers takes a second or two at most. */
const patienceMs = 30_000

let found: Promise<ProbeReport> | undefined

/** Looks for GPUs, once per process, in a process of its own. */
export function probeGpus(): Promise<ProbeReport> {
  found ??= probe()
  return found
}

async function probe(): Promise<ProbeReport> {
  try {
    const program = createRequire(import.meta.url).resolve('@lockstep/backend-onnx/probe')
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: patienceMs })
    return JSON.parse(stdout) as ProbeReport
  } catch (error) {
    const reason = `the probe failed: ${messageOf(error)}`
    return { webgpu: { reason }, cuda: { reason } }
  }
}
