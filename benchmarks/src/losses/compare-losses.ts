import { LockstepError } from '@lockstep/core'
import { enginesOf } from '../backends.ts'
import type { ModelName } from '../train/protocol.ts'
import { type EngineChoice, greatestLossDifference, type LossesAnswer, lossesOn, nameOf } from './losses.ts'

/** Every engine that is held against the reference. */
export const comparedEngines: readonly EngineChoice[] = [
  ...enginesOf.onnx.map((engine) => ({ backend: 'onnx', engine }) as const),
  ...enginesOf.tfjs.map((engine) => ({ backend: 'tfjs', engine }) as const),
]

/**
 * How far any of the first 10 losses may be from the reference's, relative to it. Measured are one or two units in the last
 * place of float32 (1.2e-7); other processors sum in other orders, and RMSprop makes whole steps of the smallest gradients.
 */
export const lossTolerance = 1e-5

/** The losses of one engine beside the reference's, or why there are none. */
export interface LossColumn {
  readonly name: string
  readonly losses: readonly number[]
  /** With versions. */
  readonly engine?: string
  /** Largest difference to the reference, relative. */
  readonly difference?: number
  readonly unavailable?: string
}

export interface LossTable {
  readonly model: ModelName
  readonly data: string
  readonly reference: readonly number[]
  readonly columns: readonly LossColumn[]
}

/**
 * Trains the same steps on the reference and on every engine, one after the other, each in a process of its own;
 * `onColumn` hears of each as it ends.
 */
export async function compareLosses(
  model: ModelName,
  steps: number,
  onColumn: (column: LossColumn) => void = () => undefined,
): Promise<LossTable> {
  const reference = await lossesOn({ backend: 'reference', model, steps })
  if ('unavailable' in reference) {
    throw new LockstepError('engine-failure', { engine: 'reference' }, reference.unavailable)
  }
  const columns: LossColumn[] = []
  for (const choice of comparedEngines) {
    const column = columnOf(nameOf(choice), await lossesOn({ ...choice, model, steps }), reference.losses)
    columns.push(column)
    onColumn(column)
  }
  return { model, data: reference.data, reference: reference.losses, columns }
}

function columnOf(name: string, answer: LossesAnswer, expected: readonly number[]): LossColumn {
  if ('unavailable' in answer) return { name, losses: [], unavailable: answer.unavailable }
  const { losses, engine } = answer
  return { name, losses, engine, difference: greatestLossDifference(losses, expected) }
}
