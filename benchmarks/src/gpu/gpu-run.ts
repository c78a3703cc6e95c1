import { greatestLossDifference } from '../losses/losses.ts'
import { circumstances } from '../machine.ts'
import { type GpuModelName, gpuModels } from './gpu-models.ts'
import type { ConformanceAnswer, Race, SpeedAnswer } from './gpu-protocol.ts'
import { type Outcome, runOurs, runTorch } from './run-task.ts'

/** The parts of the benchmark. */
export const gpuParts = ['conformance', 'losses', 'speed'] as const
export type GpuPart = (typeof gpuParts)[number]

/** What of the benchmark is run, and how. */
export interface GpuOptions {
  /** Devices by id; default: every GPU that there is. */
  readonly devices?: readonly string[]
  readonly parts: readonly GpuPart[]
  readonly models: readonly GpuModelName[]
  /** Tests of the kits whose names contain one of these; all where there are none. */
  readonly tests: readonly string[]
  readonly batchSize: number
  /** Samples of an epoch; default: the data set's. */
  readonly samples?: number
  readonly epochs: number
  /** Steps whose losses are compared. */
  readonly steps: number
  /** A Python with PyTorch; `none` leaves the peer out. */
  readonly python: string
  readonly timeoutMs: number
  /** Called with each result as it comes. */
  readonly onResult?: (text: string) => void
}

/** Losses of the first steps beside the processor's. */
export interface LossesRow {
  readonly device: string
  readonly model: string
  readonly outcome: Outcome<{
    readonly losses: readonly number[]
    readonly cpu: readonly number[]
    readonly difference: number
  }>
}

/** One contestant's epochs. */
export interface SpeedRow {
  readonly device: string
  readonly model: string
  readonly contestant: string
  readonly tf32: boolean
  readonly outcome: Outcome<SpeedAnswer>
}

/** Everything that was found. */
export interface GpuReport {
  readonly circumstances: ReturnType<typeof circumstances>
  readonly devices: readonly string[]
  readonly options: GpuOptions
  readonly conformance: readonly { readonly device: string; readonly outcome: Outcome<ConformanceAnswer> }[]
  readonly losses: readonly LossesRow[]
  readonly speed: readonly SpeedRow[]
  /** What went wrong before any part. */
  readonly problems: readonly string[]
}

/** Runs the benchmark; a part that fails is part of the report and stops no other. */
export async function runGpu(options: GpuOptions): Promise<GpuReport> {
  const say = options.onResult ?? (() => undefined)
  const problems: string[] = []
  const { devices, names } = await chooseDevices(options, problems)
  for (const problem of problems) say(problem)
  const has = (part: GpuPart): boolean => options.parts.includes(part)
  const conformance: GpuReport['conformance'][number][] = []
  const losses: LossesRow[] = []
  const speed: SpeedRow[] = []
  for (const device of devices) {
    if (has('conformance')) conformance.push(await conform(device, options, say))
    for (const model of options.models) if (has('losses')) losses.push(await compareLosses(device, model, options, say))
    for (const model of options.models) if (has('speed')) speed.push(...(await race(device, model, options, say)))
  }
  return { circumstances: circumstances(), devices: names, options, conformance, losses, speed, problems }
}

async function chooseDevices(
  { devices: wanted, timeoutMs }: GpuOptions,
  problems: string[],
): Promise<{ readonly devices: readonly string[]; readonly names: readonly string[] }> {
  const listed = await runOurs<'devices'>({ kind: 'devices' }, timeoutMs)
  if (!listed.ok) problems.push(`devices cannot be listed: ${listed.reason}`)
  const all = listed.ok ? listed.answer.devices : []
  const gpus = all.filter(({ kind }) => kind !== 'cpu').map(({ id }) => id)
  const devices = wanted ?? gpus
  if (devices.length === 0) problems.push('there is no GPU here; `lockstep doctor` says what is missing')
  return { devices, names: all.map(({ id, name, engine }) => `${id}: ${name} (${engine})`) }
}

async function conform(
  device: string,
  { tests, timeoutMs }: GpuOptions,
  say: (text: string) => void,
): Promise<GpuReport['conformance'][number]> {
  const outcome = await runOurs<'conformance'>({ kind: 'conformance', device, only: tests }, timeoutMs)
  const text = outcome.ok
    ? `${outcome.answer.passed} passed, ${outcome.answer.failures.length} failed in ${outcome.answer.seconds.toFixed(0)} s`
    : outcome.reason
  say(`conformance on ${device}: ${text}`)
  return { device, outcome }
}

async function compareLosses(
  device: string,
  model: GpuModelName,
  { steps, batchSize, timeoutMs }: GpuOptions,
  say: (text: string) => void,
): Promise<LossesRow> {
  const task = { kind: 'losses', model, steps, batchSize: Math.min(batchSize, 32) } as const
  const own = await runOurs<'losses'>({ ...task, device }, timeoutMs)
  const cpu = await runOurs<'losses'>({ ...task, device: 'cpu:0' }, timeoutMs)
  const name = gpuModels[model].name
  const failed = own.ok ? cpu : own
  if (!own.ok || !cpu.ok) {
    const reason = failed.ok ? '' : failed.reason
    say(`losses of ${name} on ${device}: ${reason}`)
    return { device, model: name, outcome: { ok: false, reason } }
  }
  const difference = greatestLossDifference(own.answer.losses, cpu.answer.losses)
  say(`losses of ${name} on ${device}: within ${difference.toExponential(1)} of the processor's`)
  return {
    device,
    model: name,
    outcome: { ok: true, answer: { losses: own.answer.losses, cpu: cpu.answer.losses, difference } },
  }
}

async function race(
  device: string,
  model: GpuModelName,
  options: GpuOptions,
  say: (text: string) => void,
): Promise<readonly SpeedRow[]> {
  const rows: SpeedRow[] = []
  const { batchSize, epochs, timeoutMs, python } = options
  const { samples: whole, name } = gpuModels[model]
  for (const tf32 of device.startsWith('cuda') ? [false, true] : [false]) {
    const task: Race = { model, batchSize, samples: options.samples ?? whole, epochs, tf32 }
    const contestants: readonly (readonly [string, () => Promise<Outcome<SpeedAnswer>>])[] = [
      ['Lockstep', () => runOurs<'speed'>({ kind: 'speed', device, ...task }, timeoutMs)],
      ...(python === 'none' || device.startsWith('webgpu')
        ? []
        : torchContestants(python, { ...task, device }, timeoutMs)),
    ]
    for (const [contestant, run] of contestants) {
      const outcome = await run()
      rows.push({ device, model: name, contestant, tf32, outcome })
      const text = outcome.ok
        ? `epochs of ${outcome.answer.epochSeconds.map((s) => s.toFixed(2)).join(', ')} s`
        : outcome.reason
      say(`${name} on ${device}${tf32 ? ', TF32' : ''}: ${contestant}: ${text}`)
    }
  }
  return rows
}

function torchContestants(
  python: string,
  task: Race & { readonly device: string },
  timeoutMs: number,
): readonly (readonly [string, () => Promise<Outcome<SpeedAnswer>>])[] {
  return [
    ['PyTorch eager', () => runTorch(python, { ...task, compile: false }, timeoutMs)],
    ['torch.compile', () => runTorch(python, { ...task, compile: true }, timeoutMs)],
  ]
}
