import { availableParallelism } from 'node:os'

/**
 * Threads that a computation may use when nobody says how many: `LOCKSTEP_THREADS`, which launchers set to a rank's share
 * of its machine, else all cores that the process may use.
 */
export function availableThreads(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const given = Number(env['LOCKSTEP_THREADS'])
  return Number.isInteger(given) && given >= 1 ? given : availableParallelism()
}
