import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type JobAddress, localResources, placeVariables, shareVariables } from './environment-of-rank.ts'
import { freePort } from './free-port.ts'
import { visibleGpus } from './gpus.ts'
import type { RankPlace } from './hosts.ts'
import type { RankCommand, RankOptions } from './rank-process.ts'
import { remoteCommand } from './remote.ts'

export interface StartOptions {
  readonly places: readonly RankPlace[]
  /** What each rank runs here, but for its environment. */
  readonly command: Pick<RankCommand, 'program' | 'args' | 'channel'>
  /** Folder of the log files, made where it is missing (default: a new temporary one). */
  readonly logs?: string | undefined
  /** The shared secret's file; needed where ranks are on several machines. */
  readonly keyFile?: string | undefined
  /** The program that reaches other machines, and its own arguments (default `ssh`). */
  readonly remoteShell?: readonly string[] | undefined
  /** `host:port` of rank 0 (default: a free port here; a random one where rank 0 is elsewhere). */
  readonly rendezvous?: string | undefined
  /** False: the system moves ranks between cores; by default each keeps to its share of them. */
  readonly bind?: boolean | undefined
  readonly env: NodeJS.ProcessEnv
  /** Takes what ranks print, lines prefixed with the rank (default: this process' own output). */
  readonly write?: RankOptions['write'] | undefined
}

/** A job ready to be run. */
export interface PreparedJob {
  readonly ranks: readonly RankOptions[]
  readonly address: JobAddress
  readonly logs: string
}

const ownOutput: RankOptions['write'] = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
}

/** Finds an address, divides cores and devices, and makes the folder of logs. Starts nothing. */
export async function prepareRanks(options: StartOptions): Promise<PreparedJob> {
  const { places, command, env, write = ownOutput, keyFile, bind = true } = options
  const address = {
    job: randomBytes(8).toString('hex'),
    worldSize: places.length,
    rendezvous: options.rendezvous ?? (await rendezvousOf(places)),
  }
  const logs = options.logs === undefined ? await mkdtemp(join(tmpdir(), 'lockstep-')) : resolve(options.logs)
  await mkdir(logs, { recursive: true })
  const resources = localResources(await visibleGpus(env))
  const ranks = places.map((place): RankOptions => {
    const { rank, host } = place
    const shared = { rank, host, write, logFile: join(logs, `rank-${rank}.log`) }
    const variables = { ...placeVariables(place, address), ...(bind ? {} : { LOCKSTEP_BIND: 'none' }) }
    if (host !== undefined) return { ...shared, ...remoteCommand(place, { ...options, host, variables }), env }
    const key = keyFile === undefined ? {} : { LOCKSTEP_KEY_FILE: resolve(keyFile) }
    return { ...shared, ...command, env: { ...env, ...shareVariables(place, resources, env), ...variables, ...key } }
  })
  return { ranks, address, logs }
}

async function rendezvousOf([first, ...others]: readonly RankPlace[]): Promise<string> {
  const elsewhere = others.some(({ host }) => host !== first?.host)
  if (first?.host === undefined && !elsewhere) return `127.0.0.1:${await freePort()}`
  if (first?.host === undefined) return `${hostname()}:${await freePort('0.0.0.0')}`
  // Which ports are free over there nobody here can tell; of forty thousand a random one almost surely is.
  return `${first.host}:${20_000 + (randomBytes(2).readUInt16LE() % 40_000)}`
}
