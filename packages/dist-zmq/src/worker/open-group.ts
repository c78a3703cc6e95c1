import { hostname } from 'node:os'
import { communicator, type GroupCommunicator, shmAvailable, type Transport } from '@lockstep/collectives'
import { LockstepError } from '@lockstep/core/errors'
import { hostGroup } from '../control/host.ts'
import { joinGroup } from '../control/join.ts'
import { type Hello, protocol } from '../control/member.ts'
import type { ControlPlane } from '../control/plane.ts'
import { Sockets } from '../control/sockets.ts'
import { openLanes } from '../lanes/open-lanes.ts'
import { bracketed } from '../lanes/zmq/zmq-endpoint.ts'
import { deriveKeys } from '../security/curve.ts'
import { readKeyFile } from '../security/key-file.ts'
import type { GroupSettings } from '../thread/settings.ts'
import { packageVersion } from '../version.ts'
import { addressTowards, isLoopback, isOwn, resolveHost } from './addresses.ts'
import { askingClock } from './asking-clock.ts'
import { hostId } from './host-id.ts'
import type { ProgressReport } from './progress-report.ts'

type Log = (line: string) => void

/** A group that has formed, as the communication thread holds it. */
export interface Group {
  readonly communicator: GroupCommunicator
  readonly plane: ControlPlane
  /** See {@link Transport.adopt}. */
  readonly adopt: Transport['adopt']
  /** Leaves in peace when the group has not ended, and closes everything. */
  close(): Promise<void>
}

/** Meets the other ranks and opens the lanes to them; rejects, with nothing left open, when that fails. */
export async function openGroup(settings: GroupSettings, report: ProgressReport, log: Log): Promise<Group> {
  const keys = settings.keyFile === undefined ? undefined : deriveKeys(readKeyFile(settings.keyFile))
  const target = await resolveHost(settings.host)
  if (!keys && !isLoopback(target)) throw keyNeeded(settings, target)
  const sockets = new Sockets(keys, settings.timeoutMs)
  let plane: ControlPlane | undefined
  try {
    await sockets.ready()
    const own = await introduction(settings, target, log)
    const ipv6 = target.includes(':')
    const listen = settings.rank > 0 || isOwn(target) ? target : ipv6 ? '::' : '0.0.0.0'
    const endpoint = `tcp://${bracketed(listen)}:${settings.port}`
    const { rendezvousTimeoutMs: patienceMs, timeoutMs, generation } = settings
    const at = { endpoint, ipv6, sockets, patienceMs, timeoutMs, generation, log }
    plane = await (settings.rank === 0 ? hostGroup(own, at) : joinGroup(own, at))
    return await complete(settings, report, plane, sockets)
  } catch (error) {
    plane?.abort(error as Error)
    await plane?.close()
    await sockets.close()
    throw error
  }
}

async function complete(
  { job, timeoutMs }: GroupSettings,
  report: ProgressReport,
  plane: ControlPlane,
  sockets: Sockets,
): Promise<Group> {
  const transport = await Promise.race([openLanes(plane, job, sockets), failure(plane)])
  plane.onAsked(() => plane.report(report.progress))
  const clock = askingClock((milliseconds) => {
    report.overdue(milliseconds)
    plane.report(report.progress)
  })
  const calls = communicator(transport, { timeoutMs, clock, segmentBytes: 1024 * 1024, sharedMemory: true })
  let leaving = false
  let ended = false
  void plane.ended.then((reason) => {
    ended = true
    if (!leaving) calls.abort(reason)
  })
  void calls.closed.then((reason) => leaving || plane.abort(reason))
  return {
    communicator: calls,
    plane,
    adopt: transport.adopt,
    close: async () => {
      leaving = true
      // Our word on the end must get there before the news that we are gone.
      if (ended) await new Promise((resolve) => setTimeout(resolve, lastWordsMs))
      await calls[Symbol.asyncDispose]()
      await plane.leave()
      await plane.close()
      await sockets.close()
    },
  }
}

/** How long the connections of a group that has ended stay, so that everybody hears why. */
const lastWordsMs = 100

function failure(plane: ControlPlane): Promise<never> {
  return plane.ended.then((reason) => Promise.reject(reason))
}

async function introduction(settings: GroupSettings, target: string, log: Log): Promise<Hello> {
  const atRank0 = settings.rank === 0 && isOwn(target)
  const address = atRank0 || isLoopback(target) ? target : await addressTowards(target)
  return {
    protocol,
    version: packageVersion(),
    job: settings.job,
    worldSize: settings.worldSize,
    rank: settings.rank,
    host: hostname(),
    hostId: hostId(),
    address,
    pid: process.pid,
    lane: settings.lane ?? '',
    encrypt: settings.encrypt,
    maps: await canMap(log),
  }
}

async function canMap(log: Log): Promise<boolean> {
  const shm = await shmAvailable()
  if (!shm.available) log(`no lane through mapped memory: ${shm.reason}; ${shm.remedy}`)
  return shm.available
}

function keyNeeded({ rank, host }: GroupSettings, address: string): Error {
  const where = host === address ? address : `${host} (${address})`
  const message = `rank ${rank} would open ${where} to other machines without a key, so that anybody could join; give all ranks the same key file (keyFile or LOCKSTEP_KEY_FILE, see createKeyFile), or meet at 127.0.0.1`
  return new LockstepError('invalid-argument', { argument: 'keyFile' }, message)
}
