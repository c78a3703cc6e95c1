import type { Device } from '@lockstep/core'
import type { Steps } from '../run/steps.ts'
import { type Candidate, referenceCandidate } from './candidates.ts'
import { compareLosses } from './compare-losses.ts'
import { type Failure, type Probed, type ProbeOptions, probe } from './probe.ts'

/** One line of the table: an engine of a backend on one device. */
export interface Row {
  readonly backend: string
  readonly engine: string
  /** The device's id, its name and what computes on it, with versions; where the engine came so far. */
  readonly device?: string
  readonly name?: string
  readonly version?: string
  /**
   * `works`: trains to the losses of the reference. `not installed`: something is not there. `wrong`: trains to other
   * losses. `fails`: is there, and ends with an error, a crash, or not at all.
   */
  readonly status: 'works' | 'not installed' | 'wrong' | 'fails'
  readonly losses?: readonly number[]
  readonly stepMilliseconds?: number
  /** The largest difference to a loss of the reference, relative to it. */
  readonly deviation?: number
  readonly reason?: string
  readonly remedy?: string
}

/** Tries every candidate on every device it has, one after the other, and compares what they compute. */
export async function examine(
  candidates: readonly Candidate[],
  options: ProbeOptions & { readonly steps: Steps },
): Promise<readonly Row[]> {
  const rows: Row[] = []
  const { steps } = options
  const oracle = await probe({ candidate: referenceCandidate, listOnly: false }, options)
  for (const candidate of candidates) {
    const title = `trying ${candidate.backend} ${candidate.engine}`
    rows.push(...(await steps.wait(title, () => examineOne(candidate, oracle, options))))
  }
  return rows
}

async function examineOne(candidate: Candidate, oracle: Probed, options: ProbeOptions): Promise<readonly Row[]> {
  const first = candidate === referenceCandidate ? oracle : await probe({ candidate, listOnly: false }, options)
  const rows = [rowOf(candidate, first, first.devices[0], oracle)]
  for (const device of first.devices.slice(1)) {
    const probed = await probe({ candidate, listOnly: false, device: device.id }, options)
    rows.push(rowOf(candidate, probed, device, oracle))
  }
  for (const kind of absentKinds(candidate, first)) {
    // The backend itself says what is between it and such a device.
    const { failure = unexplained } = await probe({ candidate, listOnly: false, device: kind }, options)
    rows.push({ ...rowOf(candidate, { devices: [], failure }, undefined, oracle), device: kind })
  }
  return rows
}

const unexplained: Failure = { missing: false, reason: 'it trains on it, and does not list it' }

/** Kinds of devices that the candidate knows and does not list; none where it could not even be loaded. */
function absentKinds({ kinds = [] }: Candidate, { devices }: Probed): readonly string[] {
  return devices.length === 0 ? [] : kinds.filter((kind) => devices.every((device) => device.kind !== kind))
}

function rowOf(candidate: Candidate, probed: Probed, device: Device | undefined, oracle: Probed): Row {
  const { backend, engine } = candidate
  const where = device === undefined ? {} : { device: device.id, name: device.name, version: device.engine }
  const { failure, result } = probed
  if (failure !== undefined || result === undefined) {
    const { missing = false, reason = 'it said nothing', remedy } = failure ?? {}
    const status = missing ? 'not installed' : 'fails'
    return { backend, engine, ...where, status, reason, ...(remedy === undefined ? {} : { remedy }) }
  }
  const { losses, stepMilliseconds } = result
  return { backend, engine, ...where, losses, stepMilliseconds, ...compareLosses(losses, oracle.result?.losses) }
}
