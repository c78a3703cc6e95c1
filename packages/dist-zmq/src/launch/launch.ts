import { fileURLToPath, pathToFileURL } from 'node:url'
import { LockstepError } from '@lockstep/core/errors'
import type { HostSlots } from './hosts.ts'
import { placeRanks } from './hosts.ts'
import type { FromChild } from './launch-messages.ts'
import { jobFailed, runJob } from './run-job.ts'
import { prepareRanks } from './start-ranks.ts'

/** Options of {@link launch}. */
export interface LaunchOptions {
  /** Processes to start on this machine. */
  readonly workers: number
  /** Arguments of the function, the same for every worker; anything that `structuredClone` takes. */
  readonly args?: readonly unknown[]
  /** Folder of one log file per rank (default: a new one for temporary files, named when a rank fails). */
  readonly logs?: string
  /** False: the system moves workers between cores; by default, on Linux, each keeps to its share of them. */
  readonly bind?: boolean
  /** Ends all workers; `launch` then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Takes what workers print, lines prefixed with the rank (default: this process' own output). */
  readonly write?: { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void }
}

/**
 * Runs the default export of a module in processes of their own, which find one another with `connect()`, and resolves
 * with what they returned, in the order of ranks. Cores and GPUs are divided among them. Rejects with `peer-lost` when a
 * worker fails: all others have been ended then, and the message names the first, with what it printed last. `module` is
 * a file URL, a path, or the name of a package.
 */
export async function launch<Result = unknown>(module: URL | string, options: LaunchOptions): Promise<Result[]> {
  const { workers, args = [], signal } = options
  const local: HostSlots = { host: undefined, slots: workers }
  const { ranks } = await prepareRanks({
    places: placeRanks([local], workers),
    command: nodeCommand([fileURLToPath(builtFile('launch-child.js'))], { channel: true }),
    logs: options.logs,
    bind: options.bind,
    env: process.env,
    write: options.write,
  })
  const answers = new Map<number, FromChild>()
  const failure = await runJob({ ranks, signal }, (processes) => {
    for (const [rank, { child }] of processes.entries()) {
      child.on('message', (answer) => answers.set(rank, answer as FromChild))
      // A worker that could not be started is reported as one that failed.
      if (child.connected) child.send({ module: specifierOf(module), args }, () => undefined)
    }
  })
  if (failure !== undefined) throw jobFailed(failure)
  return ranks.map(({ rank }) => {
    const answer = answers.get(rank)
    if (answer !== undefined) return answer.value as Result
    const message = `rank ${rank} ended before its function had returned: it called process.exit(), or waited for something that cannot come`
    throw new LockstepError('peer-lost', { ranks: [rank] }, message)
  })
}

/**
 * How ranks collect garbage: at once, on the thread that made it. ZeroMQ's messages count as garbage of their thread; to
 * mark it in small steps, on helper threads that compete with the ranks for cores, doubles the time of a sum over zmq
 * (docs/decisions/0013). V8 takes these flags when it starts, not later.
 */
export const nodeFlags: readonly string[] = ['--no-incremental-marking', '--single-threaded-gc']

/** Node with the guard that ends it when its launcher vanishes. */
export function nodeCommand(
  args: readonly string[],
  { channel = false }: { readonly channel?: boolean } = {},
): { readonly program: string; readonly args: readonly string[]; readonly channel: boolean } {
  return { program: process.execPath, args: [...nodeFlags, '--import', builtFile('guard.js').href, ...args], channel }
}

/** A file of this folder as Node runs it, also when this one is run from its source. */
function builtFile(name: string): URL {
  return new URL(import.meta.url.endsWith('.ts') ? `../../dist/launch/${name}` : name, import.meta.url)
}

function specifierOf(module: URL | string): string {
  if (module instanceof URL) return module.href
  return /^[./\\]|^[a-zA-Z]:[\\/]/.test(module) ? pathToFileURL(module).href : module
}
