import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

/** Where and with what a measurement was made. */
export interface Circumstances {
  readonly time: string
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  /** Processes that wanted a core in the minute before: above 0.3 or so, others disturb the measurement. */
  readonly load: number
  /** Of this repository; ends in `+` when files differ from it. */
  readonly commit: string
}

export function circumstances(): Circumstances {
  return {
    time: new Date().toISOString(),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    commit: commit(),
  }
}

/** A line for people. */
export function describeCircumstances({
  processor,
  cores,
  memoryGiB,
  system,
  node,
  load,
  commit,
}: Circumstances): string {
  return `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, commit ${commit}, load ${load}`
}

function commit(): string {
  try {
    const cwd = new URL('.', import.meta.url)
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd, encoding: 'utf8', stdio: 'pipe' }).trim()
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '-uno') === '' ? '' : '+')
  } catch {
    return 'unknown'
  }
}
