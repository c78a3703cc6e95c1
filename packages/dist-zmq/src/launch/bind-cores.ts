import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Keeps this process, with all threads that it has or will have, to its rank's share of the machine's cores: left to
 * itself, the system now and then has two ranks compute on one core while another rests, and all ranks wait for the
 * slower of them. Nothing happens where the environment says `LOCKSTEP_BIND=none`, or that a rank may use more threads
 * than its share, where there are fewer cores than ranks, or where the system offers no way (other than Linux).
 */
export function bindToShare(env: Environment): void {
  const cores = shareOfCores(allowedCores(), env)
  if (cores.length === 0) return
  try {
    // Threads that Node has started already are bound too (--all-tasks).
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores.join(), String(process.pid)], {
      stdio: 'ignore',
    })
  } catch {
    // There is no taskset, or it is not allowed here: the rank runs wherever the system puts it.
  }
}

/** The numbers of the cores that are a rank's own: an equal run of the allowed ones; none where it is not to be bound. */
export function shareOfCores(allowed: readonly number[], env: Environment): number[] {
  const [rank, ranks] = [Number(env['LOCKSTEP_LOCAL_RANK']), Number(env['LOCKSTEP_LOCAL_WORLD_SIZE'])]
  if (env['LOCKSTEP_BIND'] === 'none' || !(ranks >= 2)) return []
  const start = (index: number): number => Math.floor((index * allowed.length) / ranks)
  const share = allowed.slice(start(rank), start(rank + 1))
  return share.length < Number(env['LOCKSTEP_THREADS'] ?? 1) ? [] : share
}

/** The cores that this process may use; none where the system does not tell. */
function allowedCores(): number[] {
  try {
    const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    return list === undefined ? [] : parseCores(list)
  } catch {
    return []
  }
}

/** Reads `0-2,8`. */
export function parseCores(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}
