import { hostname } from 'node:os'
import { LockstepError } from '@lockstep/core/errors'
import { type RankEnd, type RankOptions, RankProcess } from './rank-process.ts'

export interface JobOptions {
  readonly ranks: readonly RankOptions[]
  /** Ends the job, with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds that ranks have to end by themselves after one has failed (default 1000), and after SIGTERM (5000). */
  readonly notice?: number
  readonly grace?: number
}

/** The first rank that failed. */
export interface RankFailure extends RankEnd {
  readonly lastLines: readonly string[]
  readonly logFile: string
}

/**
 * Runs all ranks to their end. When one fails, the others are ended too: nothing outlives the call. Resolves with the
 * first failure, or undefined where all ended with exit code 0; rejects only with the reason of `signal`. `started` is
 * told of the processes.
 */
export async function runJob(
  { ranks, signal, notice = 1000, grace = 5000 }: JobOptions,
  started?: (processes: readonly RankProcess[]) => void,
): Promise<RankFailure | undefined> {
  signal?.throwIfAborted()
  const processes = ranks.map((options) => new RankProcess(options))
  started?.(processes)
  const ended = Promise.all(processes.map(({ exited }) => exited))
  const end = (wait: number): Promise<void> => endAll(processes, ended, { notice: wait, grace })
  let failure: RankEnd | undefined
  const failed = new Promise<void>((resolve) => {
    for (const { exited } of processes)
      void exited.then((how) => {
        if (how.exitCode === 0) return
        failure ??= how
        resolve()
      })
  })
  const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.race([ended, failed, aborted])
  await end(signal?.aborted ? 0 : notice)
  await Promise.all(processes.map(({ closed }) => closed))
  signal?.throwIfAborted()
  if (failure === undefined) return undefined
  const index = ranks.findIndex(({ rank }) => rank === failure?.rank)
  const { lastLines } = processes[index] as RankProcess
  return { ...failure, lastLines, logFile: (ranks[index] as RankOptions).logFile }
}

/** The failure as the error that ends a job. */
export function jobFailed({ rank, host, pid, how, lastLines, logFile }: RankFailure): LockstepError<'peer-lost'> {
  const where = `on ${host ?? hostname()}${pid === undefined ? '' : `, pid ${pid}`}`
  const printed =
    lastLines.length === 0
      ? 'it printed nothing'
      : `it printed last:\n${lastLines.map((line) => `  ${line}`).join('\n')}`
  const message = `rank ${rank} (${where}) failed: ${how}; all other ranks were ended. Its log is ${logFile}; ${printed}`
  return new LockstepError('peer-lost', { ranks: [rank] }, message)
}

/** Ends what still runs: first by waiting, then by asking, then by force. */
async function endAll(
  processes: readonly RankProcess[],
  ended: Promise<unknown>,
  { notice, grace }: { readonly notice: number; readonly grace: number },
): Promise<void> {
  if (await within(ended, notice)) return sweep(processes)
  for (const each of processes) each.kill('SIGTERM')
  await within(ended, grace)
  sweep(processes)
  await ended
}

/** Also ends what ranks that have ended themselves have left behind. */
function sweep(processes: readonly RankProcess[]): void {
  for (const each of processes) each.kill('SIGKILL')
}

async function within(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds)
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
