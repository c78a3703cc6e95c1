import { LockstepError } from '@lockstep/core/errors'
import { findPlace } from './environment/find-place.ts'
import { type Endpoint, parseEndpoint } from './environment/place.ts'
import { type Environment, Variables, wrongVariable } from './environment/variables.ts'
import { type Lane, lanes } from './lanes/lane.ts'
import type { GroupSettings } from './thread/settings.ts'

/** Where this process stands and how it meets the others; what is not given comes from the launcher's variables. */
export interface ConnectOptions {
  readonly rank?: number
  readonly worldSize?: number
  /** `host:port` of rank 0 (LOCKSTEP_RENDEZVOUS). Anything but loopback needs the key. */
  readonly rendezvous?: string
  /** Name of the job (LOCKSTEP_JOB): ranks of another one are sent away. */
  readonly job?: string
  /** A file made by `createKeyFile`, the same for all ranks (LOCKSTEP_KEY_FILE). */
  readonly keyFile?: string
  /** How long a rank may keep the others waiting in a call, in milliseconds (LOCKSTEP_TIMEOUT_MS); default 10 000. */
  readonly timeoutMs?: number
  /** How long the ranks wait for one another to come (LOCKSTEP_RENDEZVOUS_TIMEOUT_MS); default 120 000. */
  readonly rendezvousTimeoutMs?: number
  /** Uses this lane with every rank (LOCKSTEP_LANE) instead of the best for each; all ranks must say the same. */
  readonly lane?: Lane
  /** Encrypts also what the lanes carry between machines (LOCKSTEP_ENCRYPT=1), which costs four fifths of their speed; needs the key. */
  readonly encrypt?: boolean
  /** Instead of the process's own. */
  readonly environment?: Environment
  /** Takes the start-up line and refusals; default: nothing is said. */
  readonly log?: (line: string) => void
}

/** What the options and the environment together say; undefined for a process alone. */
export function settingsOf(
  options: ConnectOptions,
): (Omit<GroupSettings, 'generation'> & { readonly restarts: number }) | undefined {
  const environment = options.environment ?? process.env
  const place = placeOf(options, environment)
  if (place.worldSize === 1) return undefined
  const variables = new Variables(environment, '`lockstep run`')
  const keyFile = options.keyFile ?? variables.text('LOCKSTEP_KEY_FILE')
  const encrypt = options.encrypt ?? variables.number('LOCKSTEP_ENCRYPT') === 1
  if (encrypt && keyFile === undefined)
    throw invalid('encrypt', 'encryption was asked for but there is no key', 'give all ranks a key file')
  const { host, port } = rendezvousOf(options, place, variables)
  return {
    rank: place.rank,
    worldSize: place.worldSize,
    job: options.job ?? variables.text('LOCKSTEP_JOB') ?? place.job ?? 'default',
    host,
    port,
    restarts: place.restarts ?? 0,
    keyFile,
    timeoutMs: milliseconds('timeoutMs', options.timeoutMs) ?? variables.number('LOCKSTEP_TIMEOUT_MS', 1) ?? 10_000,
    rendezvousTimeoutMs:
      milliseconds('rendezvousTimeoutMs', options.rendezvousTimeoutMs) ??
      variables.number('LOCKSTEP_RENDEZVOUS_TIMEOUT_MS', 1) ??
      120_000,
    lane: options.lane ?? laneOf(variables),
    encrypt,
  }
}

interface Position {
  readonly rank: number
  readonly worldSize: number
  readonly rendezvous?: Endpoint | undefined
  readonly job?: string | undefined
  readonly restarts?: number | undefined
}

function placeOf({ rank, worldSize }: ConnectOptions, environment: Environment): Position {
  if (rank === undefined && worldSize === undefined) return findPlace(environment) ?? { rank: 0, worldSize: 1 }
  if (rank === undefined || worldSize === undefined) {
    throw invalid(
      rank === undefined ? 'rank' : 'worldSize',
      'only one of rank and worldSize is given',
      'give both or neither',
    )
  }
  if (!Number.isInteger(worldSize) || worldSize < 1 || !Number.isInteger(rank) || rank < 0 || rank >= worldSize) {
    throw invalid(
      'rank',
      `rank ${rank} of ${worldSize} was asked for`,
      'ranks are whole numbers from 0 to worldSize − 1',
    )
  }
  return { rank, worldSize }
}

function rendezvousOf(options: ConnectOptions, place: Position, variables: Variables): Endpoint {
  if (options.rendezvous !== undefined) return parseEndpoint(options.rendezvous, 'rendezvous')
  const address = variables.text('LOCKSTEP_RENDEZVOUS')
  if (address !== undefined) return parseEndpoint(address, 'LOCKSTEP_RENDEZVOUS')
  if (place.rendezvous) return place.rendezvous
  throw invalid(
    'rendezvous',
    `rank ${place.rank} of ${place.worldSize} is not told where rank 0 is`,
    'set LOCKSTEP_RENDEZVOUS=host:port (or MASTER_ADDR and MASTER_PORT) to the same on all ranks',
  )
}

function laneOf(variables: Variables): Lane | undefined {
  const text = variables.text('LOCKSTEP_LANE')
  const lane = lanes.find((candidate) => candidate === text)
  if (text === undefined || lane) return lane
  throw wrongVariable('LOCKSTEP_LANE', `LOCKSTEP_LANE is '${text}'`, `choose one of ${lanes.join(', ')}`)
}

function milliseconds(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isFinite(value) && value > 0)) return value
  throw invalid(name, `${name} is ${value}`, 'give a number of milliseconds above 0')
}

function invalid(argument: string, what: string, remedy: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, `${what}; ${remedy}`)
}
