import { availableParallelism } from 'node:os'
import type { RankPlace } from './hosts.ts'

/** What all ranks of a job share. */
export interface JobAddress {
  /** Random; ranks of other jobs are turned away. */
  readonly job: string
  readonly worldSize: number
  /** `host:port` where rank 0 listens. */
  readonly rendezvous: string
}

/** What one machine has to divide among its ranks. */
export interface HostResources {
  readonly cores: number
  /** As `CUDA_VISIBLE_DEVICES` names them; empty where there is none. */
  readonly gpus: readonly string[]
}

/** This machine's cores that the process may use, and the GPUs that its environment leaves visible. */
export function localResources(gpus: readonly string[]): HostResources {
  return { cores: availableParallelism(), gpus }
}

/** What `connect()` reads: the place of a rank in its job. */
export function placeVariables(place: RankPlace, { job, worldSize, rendezvous }: JobAddress): Record<string, string> {
  return {
    LOCKSTEP_RANK: String(place.rank),
    LOCKSTEP_WORLD_SIZE: String(worldSize),
    ...localVariables(place),
    LOCKSTEP_RENDEZVOUS: rendezvous,
    LOCKSTEP_JOB: job,
  }
}

/** The place of a rank among those of its machine, by which it finds its share of the cores. */
export function localVariables({
  localRank,
  localWorldSize,
}: Pick<RankPlace, 'localRank' | 'localWorldSize'>): Record<string, string> {
  return { LOCKSTEP_LOCAL_RANK: String(localRank), LOCKSTEP_LOCAL_WORLD_SIZE: String(localWorldSize) }
}

/** Messages of a megabyte would otherwise be mapped and unmapped by the system, each with its page faults. */
export const memoryVariables: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '4294967296',
  MALLOC_TRIM_THRESHOLD_: '17179869184',
  MALLOC_TOP_PAD_: '67108864',
}

/** The variables that say how many threads a rank may use, to us and to the engines. */
export const threadVariables: readonly string[] = ['LOCKSTEP_THREADS', 'OMP_NUM_THREADS', 'TF_NUM_INTRAOP_THREADS']

/** A rank's share of its machine: cores, and one GPU where there are any. What `env` says of threads already stays. */
export function shareVariables(
  { localRank, localWorldSize }: RankPlace,
  { cores, gpus }: HostResources,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const threads = String(Math.max(1, Math.floor(cores / localWorldSize)))
  const shared = { ...memoryVariables, ...Object.fromEntries(threadVariables.map((name) => [name, threads])) }
  const unset = Object.entries(shared).filter(([name]) => env[name] === undefined)
  const gpu = gpus[localRank % gpus.length]
  return { ...Object.fromEntries(unset), ...(gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpu }) }
}
