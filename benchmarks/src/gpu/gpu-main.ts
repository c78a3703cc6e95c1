import { writeFileSync } from 'node:fs'
import { isLockstepError } from '@lockstep/core'
import { gpuRunHelp, parseGpuOptions } from './gpu-options.ts'
import { gpuReport } from './gpu-report.ts'
import { runGpu } from './gpu-run.ts'

/** Runs the benchmark and prints its report. The exit code is 1 where there was nothing to run on. */
export async function gpuMain(args: readonly string[]): Promise<void> {
  const options = parseGpuOptions(args)
  if (options === undefined) return console.log(gpuRunHelp)
  const report = await runGpu({ ...options, onResult: (text) => console.error(text) })
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`)
  console.log(`\n${gpuReport(report)}`)
  if (report.problems.length > 0) process.exitCode = 1
}

/** The same as a program of its own: what is packed has no other command line. */
export async function gpuProgram(): Promise<void> {
  try {
    await gpuMain(process.argv.slice(2))
  } catch (error) {
    console.error(isLockstepError(error) ? `error: ${error.message}` : error)
    process.exitCode = 1
  }
}
