import { availableParallelism, cpus, totalmem } from 'node:os'

/** What everything runs on. */
export interface Machine {
  readonly node: string
  readonly platform: string
  readonly cpu: string
  /** Those that this process may use. */
  readonly cores: number
  readonly memoryBytes: number
}

/** Describes this machine. */
export function thisMachine(): Machine {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  }
}

/** One line of it. */
export function showMachine({ node, platform, cpu, cores, memoryBytes }: Machine): string {
  const memory = `${(memoryBytes / 2 ** 30).toFixed(1)} GiB memory`
  return `Node ${node} · ${platform} · ${cpu} · ${cores} ${cores === 1 ? 'core' : 'cores'} · ${memory}`
}
