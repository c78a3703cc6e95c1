import { decodeSafetensors, encodeSafetensors, type SafetensorsTensor } from '../checkpoint/safetensors.ts'
import { LockstepError } from '../errors.ts'
import type { Shape } from '../graph/node.ts'
import type { PlainProgress } from './plain-progress.ts'
import type { StateValues } from './session.ts'

/** Raised when an older reader would misread a file. */
const formatVersion = 1
const metadataKey = 'lockstep'

/** What a model file says besides its tensors. */
export interface CheckpointHeader {
  /** The network, as `toJSON` gives it. */
  readonly model: unknown
  readonly seed: number
  readonly training?: TrainingHeader
}

/** What is needed to go on training. */
export interface TrainingHeader {
  readonly learner: Readonly<Record<string, unknown>>
  /** As given to `compile`, where they were names; what was a function has to be given again. */
  readonly loss?: unknown
  readonly metrics?: unknown
  readonly weightedMetrics?: unknown
  readonly lossWeights?: unknown
  readonly gradientAccumulation?: number
  readonly progress: PlainProgress
}

/** A model file: header and named state values. */
export interface Checkpoint {
  readonly header: CheckpointHeader
  readonly values: StateValues
}

/** A safetensors file whose metadata holds the header as JSON under `lockstep`. */
export function encodeCheckpoint({ header, values }: Checkpoint, shapeOf: (name: string) => Shape): Uint8Array {
  const tensors = new Map<string, SafetensorsTensor>()
  for (const [name, data] of values) tensors.set(name, { dtype: 'F32', shape: shapeOf(name), data })
  const text = JSON.stringify({ format: formatVersion, ...header })
  return encodeSafetensors({ tensors, metadata: { [metadataKey]: text } })
}

/** Throws `invalid-data` naming `source` for anything that is not a model file of a known version. */
export function decodeCheckpoint(bytes: Uint8Array, source: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, source)
  const values = new Map<string, Float32Array>()
  for (const [name, { dtype, data }] of tensors) {
    if (dtype !== 'F32') throw damaged(source, `tensor ${JSON.stringify(name)} is ${dtype}; expected F32`)
    values.set(name, data)
  }
  return { header: headerOf(metadata[metadataKey], source), values }
}

function headerOf(text: string | undefined, source: string): CheckpointHeader {
  if (text === undefined)
    throw damaged(source, `it has no metadata ${JSON.stringify(metadataKey)}; expected a file written by model.save()`)
  const header = parsed(text, source)
  if (header?.format === formatVersion) return header as CheckpointHeader & { readonly format: number }
  throw damaged(
    source,
    `its format is ${header?.format}; expected ${formatVersion}: update @lockstep/core, or save the model again`,
  )
}

function parsed(text: string, source: string): { readonly format?: unknown } | null {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw damaged(source, `its metadata is no JSON (${String(cause)}); fetch or save it again`, { cause })
  }
}

function damaged(source: string, what: string, options?: ErrorOptions): LockstepError<'invalid-data'> {
  const message = `${source} is no model file that can be read: ${what}`
  return new LockstepError('invalid-data', { source }, message, options)
}
