import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LockstepError } from '@lockstep/core'
import type { BackendName } from '../backends.ts'
import type { ModelName } from '../train/protocol.ts'

/** One engine of one backend. */
export interface EngineChoice {
  readonly backend: BackendName
  readonly engine?: string
}

/** What a process is to train: an example with dropout and its own learner, everything from seed 1. */
export interface LossesAsk extends EngineChoice {
  readonly model: ModelName
  readonly steps: number
}

/** Small, so that the reference, which is no fast one, keeps up. */
export const batchSize = 16

/** The losses of each step, before its update; or why the engine cannot be had. */
export type LossesAnswer =
  | { readonly losses: readonly number[]; readonly data: string; readonly engine: string }
  | { readonly unavailable: string }

// Built code, also where this file is run from its source, since another process can run nothing else.
const program = fileURLToPath(new URL('../../dist/losses/losses-program.js', import.meta.url))

/** Trains in a process of its own, since a process can hold but one tfjs. Rejects with `engine-failure` when it fails. */
export async function lossesOn(ask: LossesAsk): Promise<LossesAnswer> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(ask)])
    return JSON.parse(stdout.trim().split('\n').at(-1) as string) as LossesAnswer
  } catch (error) {
    const { stderr = String(error) } = error as { readonly stderr?: string }
    const engine = nameOf(ask)
    throw new LockstepError('engine-failure', { engine }, `no losses of mnist_${ask.model} on ${engine}: ${stderr}`)
  }
}

export function nameOf({ backend, engine }: EngineChoice): string {
  return engine === undefined ? backend : `${backend} ${engine}`
}

/** The largest |a − b| / |b| over all steps; NaN where a step is missing. */
export function greatestLossDifference(losses: readonly number[], expected: readonly number[]): number {
  const differences = expected.map((value, step) => Math.abs((losses[step] ?? Number.NaN) - value) / Math.abs(value))
  return Math.max(...differences)
}
