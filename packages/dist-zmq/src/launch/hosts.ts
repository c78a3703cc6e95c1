import { LockstepError } from '@lockstep/core/errors'

/** Where one rank runs. */
export interface RankPlace {
  readonly rank: number
  /** Undefined: on this machine. */
  readonly host: string | undefined
  /** Number among the ranks of its host, and how many those are. */
  readonly localRank: number
  readonly localWorldSize: number
}

/** A machine, and the ranks it takes. */
export interface HostSlots {
  /** Undefined: this machine. */
  readonly host: string | undefined
  readonly slots: number
}

const local = new Set(['localhost', '127.0.0.1', '::1'])

/** Reads `h1:2,h2:2`: machines with the number of ranks on each (1 where none is given). */
export function parseHosts(text: string): HostSlots[] {
  const hosts = text.split(',').map((part): HostSlots => {
    const [, host, slots = '1'] = /^([^:\s]+|\[[^\]\s]+\])(?::(\d+))?$/.exec(part.trim()) ?? []
    const count = Number(slots)
    if (host === undefined || !(count >= 1)) {
      throw invalid(
        'hosts',
        `'${part}' of the hosts '${text}' is not a machine with its number of ranks, such as gpu1:2`,
      )
    }
    const name = host.replace(/^\[|\]$/g, '')
    return { host: local.has(name) ? undefined : name, slots: count }
  })
  const names = hosts.map(({ host }) => host)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (new Set(names).size !== names.length)
    throw invalid(
      'hosts',
      `the hosts '${text}' name ${twice ?? 'this machine'} twice; name each once, with all its ranks`,
    )
  return hosts
}

/** The ranks in the order of the hosts, the first `workers` of them (default: all). */
export function placeRanks(hosts: readonly HostSlots[], workers?: number): RankPlace[] {
  const all = hosts.flatMap(({ host, slots }) => Array.from({ length: slots }, () => host))
  const count = workers ?? all.length
  if (!Number.isInteger(count) || count < 1) throw invalid('workers', `workers is ${count}; expected an integer ≥ 1`)
  if (count > all.length)
    throw invalid(
      'workers',
      `${count} workers do not fit the ${all.length} slots of the hosts; give more slots, such as h1:4,h2:4`,
    )
  const used = all.slice(0, count)
  return used.map((host, rank) => ({
    rank,
    host,
    localRank: used.slice(0, rank).filter((other) => other === host).length,
    localWorldSize: used.filter((other) => other === host).length,
  }))
}

function invalid(argument: string, message: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, message)
}
