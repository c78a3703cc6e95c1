import { type Spread, spread } from '../statistics.ts'
import type { ModelName } from './protocol.ts'
import type { Turn } from './race.ts'

/** The contestant that computes nothing but products. */
export const matmulName = 'matmul'

/** The products that are timed have square factors of this many rows. */
export const productSize = 1024

/** Floating-point operations of one training step for one image: three times the forward pass. */
export const flopPerImage: Readonly<Record<ModelName, number>> = { mlp: 4e6, cnn: 72e6 }

/** How much of what an engine's matrix products would allow a training step gets out of it. */
export interface MatmulShare {
  /** Rate of the products, in 10⁹ floating-point operations a second. */
  readonly gflops: Spread
  /** Images a second if a step were nothing but products at that rate. */
  readonly allowed: Spread
  /** Our images a second / the allowed ones, round by round. */
  readonly share: Spread
}

/** Holds our steps (first of each round) against the products (last of each round) of the same round. */
export function matmulShare(rounds: readonly (readonly Turn[])[], model: ModelName, batchSize: number): MatmulShare {
  const rates = rounds.map((turns) => (2 * productSize ** 3) / ((turns.at(-1) as Turn).stepMs / 1000))
  const allowed = rates.map((rate) => rate / flopPerImage[model])
  const shares = rounds.map(([ours], round) => (1000 * batchSize) / (ours as Turn).stepMs / (allowed[round] as number))
  return { gflops: spread(rates.map((rate) => rate / 1e9)), allowed: spread(allowed), share: spread(shares) }
}
