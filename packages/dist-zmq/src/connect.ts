import { hostname } from 'node:os'
import { communicator, memoryGroup, type Transport } from '@lockstep/collectives'
import { type ConnectOptions, settingsOf } from './options.ts'
import { CommunicationThread } from './thread/communication-thread.ts'
import { type ConnectedCommunicator, ThreadCommunicator } from './thread/thread-communicator.ts'

/** Groups that this process has been in: the number of the next one. */
let groups = 0

/**
 * Meets the other ranks of the job and returns the communicator of their group. Rank and world size come from the
 * options or from the variables of `lockstep run`, torchrun, Open MPI, Slurm or an indexed Job of Kubernetes; a process
 * that was started alone is rank 0 of 1, and nothing is opened.
 *
 * All communication happens in a thread of its own, so ranks stay alive to each other while an engine computes. When a
 * rank dies, hangs or disagrees, all calls of all ranks reject with an error that names it. Dispose of the communicator
 * to leave in peace; a program that ends does so by itself.
 */
export async function connect(options: ConnectOptions = {}): Promise<ConnectedCommunicator> {
  const settings = settingsOf(options)
  if (!settings) return alone()
  const { restarts, ...rest } = settings
  const thread = new CommunicationThread({ ...rest, generation: restarts + groups++ }, options.log ?? (() => {}))
  const group = await thread.formed()
  const connected = new ThreadCommunicator(settings.rank, group, thread)
  options.log?.(
    `rank ${connected.rank} of ${connected.worldSize}, job '${settings.job}', generation ${connected.generation}, lanes: ${showLanes(group.lanes)}`,
  )
  return connected
}

function alone(): ConnectedCommunicator {
  const [transport] = memoryGroup(1) as [Transport]
  const members = [{ rank: 0, host: hostname(), pid: process.pid }]
  return Object.assign(communicator(transport), { members, generation: 0, laneNames: 'none' })
}

/** `shm to 1 2, tcp to 3`. */
function showLanes(lanes: readonly string[]): string {
  const names = [...new Set(lanes.filter((lane) => lane !== ''))]
  return names
    .map((name) => `${name} to ${lanes.flatMap((lane, rank) => (lane === name ? [rank] : [])).join(' ')}`)
    .join(', ')
}
