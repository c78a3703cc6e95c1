import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LockstepError } from '@lockstep/core'
import type { Racer } from './contestant.ts'
import { type Material, splitWeights } from './material.ts'
import type { Ask, ModelName } from './protocol.ts'

/** How far two contestants are apart; each figure is relative. */
export interface Agreement {
  /** Losses of one batch: |a − b| / b. */
  readonly loss: number
  /** Gradients, the worst of the weights: max |a − b| / max |b|. */
  readonly gradient: number
  /** What the example's own learner makes of them, over all weights: ‖a − b‖ / ‖b‖ of the change. Of equal rules only. */
  readonly update?: number
}

/** What is taken for the same function: far above rounding, far below any mistake. */
export const tolerance: Required<Agreement> = { loss: 1e-4, gradient: 1e-3, update: 1e-3 }

/**
 * Lets both take one step from the same weights on the same batch without dropout. Throws `invalid-data` when loss,
 * gradients or the learner's update differ by more than `tolerance`: timing them beside each other would mean nothing.
 * Updates are compared where the peer's learner has our rule.
 */
export async function agreementOf(ours: Racer, peer: Racer, model: ModelName, material: Material): Promise<Agreement> {
  const same = peer.spec.sameRule ?? true
  const [a, b] = [await changes(ours, material, 'ours.f32', same), await changes(peer, material, 'peer.f32', same)]
  const gradients = splitWeights(model, a.gradient).map((part, index) => {
    return greatestDifference(part, splitWeights(model, b.gradient)[index] as Float32Array)
  })
  const agreement: Agreement = {
    loss: Math.abs(a.loss - b.loss) / b.loss,
    gradient: Math.max(...gradients),
    ...(a.update && b.update && { update: distance(a.update, b.update) }),
  }
  for (const [figure, difference] of Object.entries(agreement) as [keyof Agreement, number][]) {
    // Written so that NaN fails as well.
    if (difference <= tolerance[figure]) continue
    const found = `the ${figure} of ${ours.spec.name} and ${peer.spec.name} differ by ${difference.toExponential(2)}`
    const message = `${model}: ${found}; expected at most ${tolerance[figure]}. They do not compute the same function.`
    throw new LockstepError('invalid-data', { source: ours.spec.name }, message)
  }
  return agreement
}

async function changes(
  contestant: Racer,
  { folder, initial }: Material,
  file: string,
  withUpdate: boolean,
): Promise<{ loss: number; gradient: Float32Array; update?: Float32Array }> {
  const weightsOut = join(folder, file)
  const after = async (learner: Ask<'check'>['learner']): Promise<{ loss: number; change: Float32Array }> => {
    const { loss } = await contestant.request('check', { learner, weightsOut })
    const bytes = readFileSync(weightsOut)
    const weights = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    return { loss, change: weights.map((weight, index) => weight - (initial[index] as number)) }
  }
  const { loss, change } = await after('sgd')
  return { loss, gradient: change, ...(withUpdate && { update: (await after('own')).change }) }
}

/** max |a − b| / max |b|. */
export function greatestDifference(a: Float32Array, b: Float32Array): number {
  let [difference, size] = [0, 0]
  for (const [index, value] of b.entries()) {
    difference = Math.max(difference, Math.abs((a[index] as number) - value))
    size = Math.max(size, Math.abs(value))
  }
  return difference / size
}

/** ‖a − b‖ / ‖b‖, Euclidean. */
export function distance(a: Float32Array, b: Float32Array): number {
  let [difference, size] = [0, 0]
  for (const [index, value] of b.entries()) {
    difference += ((a[index] as number) - value) ** 2
    size += value ** 2
  }
  return Math.sqrt(difference / size)
}
