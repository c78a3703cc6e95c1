import type { Clock } from '../clock.ts'
import type { Transport } from '../transport.ts'
import { type Conditions, type Incident, randomNumbers } from './conditions.ts'
import { SimulatedLink } from './simulated-link.ts'
import { SimulatedProcess } from './simulated-process.ts'
import { type SimulatedNetwork, SimulatedTransport } from './simulated-transport.ts'
import { VirtualTime } from './virtual-time.ts'

/** How a rank ended, and when, in milliseconds of the simulation. */
export type Outcome<T> =
  | { readonly status: 'completed'; readonly atMs: number; readonly value: T }
  | { readonly status: 'rejected'; readonly atMs: number; readonly reason: Error }
  /** It crashed or stands still for ever. */
  | { readonly status: 'dead' }
  /** It was still waiting when the time was over, or nothing could happen any more. */
  | { readonly status: 'hung' }

/**
 * Runs the ranks of a group in this process on a clock of their own, over a network in the given conditions, and says
 * how each ended. Rank code must wait for nothing but its transport and its clock. Ends after `limitMs` of simulated
 * time, whatever happens.
 */
export async function simulate<T>(
  worldSize: number,
  conditions: Conditions,
  run: (transport: Transport, clock: Clock) => Promise<T>,
  limitMs = 600_000,
): Promise<Outcome<T>[]> {
  const time = new VirtualTime()
  const network = networkOf(worldSize, conditions, time, () => {})
  const outcomes: (Outcome<T> | undefined)[] = new Array(worldSize).fill(undefined)
  for (const [rank, transport] of network.transports.entries()) {
    const process = network.processes[rank] as SimulatedProcess
    const end = (outcome: (atMs: number) => Outcome<T>): void => {
      if (!process.over) outcomes[rank] = outcome(time.now)
    }
    process.at(0, () => {
      run(transport, process).then(
        (value) => end((atMs) => ({ status: 'completed', atMs, value })),
        (reason: Error) => end((atMs) => ({ status: 'rejected', atMs, reason })),
      )
    })
  }
  const isOver = (rank: number): boolean => network.processes[rank]?.over === true
  await time.pass(() => outcomes.every((outcome, rank) => outcome !== undefined || isOver(rank)), limitMs)
  return outcomes.map((outcome, rank) => outcome ?? { status: isOver(rank) ? 'dead' : 'hung' })
}

/** A simulated group whose time passes by itself, for code that also waits for other things. */
export function simulatedGroup(
  worldSize: number,
  conditions: Conditions,
): { readonly transports: readonly Transport[]; crash(rank: number): void } {
  const time = new VirtualTime()
  const network = networkOf(worldSize, conditions, time, () => time.flow())
  return {
    transports: network.transports,
    crash: (rank) => {
      crash(network, time, rank)
      time.flow()
    },
  }
}

function networkOf(worldSize: number, conditions: Conditions, time: VirtualTime, flow: () => void): SimulatedNetwork {
  const random = randomNumbers(conditions.seed)
  const processes = Array.from({ length: worldSize }, () => new SimulatedProcess(time))
  const links = processes.map((from) =>
    processes.map((to) => new SimulatedLink(time, { from, to }, conditions, random)),
  )
  const { acknowledged = false } = conditions
  const network: SimulatedNetwork = { processes, links, transports: [], flow, acknowledged, now: () => time.now }
  network.transports.push(...processes.map((_, rank) => new SimulatedTransport(network, rank)))
  for (const incident of conditions.incidents ?? [])
    time.at(incident.atMs, () => happen(network, time, conditions, incident))
  return network
}

function happen(network: SimulatedNetwork, time: VirtualTime, { heartbeatMs }: Conditions, incident: Incident): void {
  const process = network.processes[incident.rank] as SimulatedProcess
  if (incident.kind === 'crash') {
    crash(network, time, incident.rank)
    return
  }
  process.stall(incident.forMs)
  if (heartbeatMs === undefined || incident.forMs <= heartbeatMs) return
  time.at(time.now + heartbeatMs, () => {
    if (process.stalled) tellOthers(network, time, incident.rank, `has not answered for ${heartbeatMs} ms`)
  })
}

function crash(network: SimulatedNetwork, time: VirtualTime, rank: number): void {
  network.processes[rank]?.crash()
  tellOthers(network, time, rank, 'died (its connections were reset)')
}

function tellOthers(
  { transports, processes, links }: SimulatedNetwork,
  time: VirtualTime,
  lost: number,
  how: string,
): void {
  for (const transport of transports) {
    if (transport.rank === lost) continue
    const delay = links[lost]?.[transport.rank]?.delay() ?? 0
    processes[transport.rank]?.at(time.now + delay, () => transport.lose(lost, how))
  }
}
