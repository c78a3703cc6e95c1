import { directAllReduce } from './direct.ts'
import { everyoneAllReduce } from './everyone.ts'
import { halvingDoublingAllReduce } from './halving-doubling.ts'
import type { AllReduceAlgorithm } from './reduction.ts'
import { ringAllReduce } from './ring.ts'

/** The ways to sum over messages. `everyone` and `direct` add in rank order, the others in orders of their own. */
export type AlgorithmName = 'everyone' | 'direct' | 'halvingDoubling' | 'ring'

export const allReduceAlgorithms: Readonly<Record<AlgorithmName, AllReduceAlgorithm>> = {
  everyone: everyoneAllReduce,
  direct: directAllReduce,
  halvingDoubling: halvingDoublingAllReduce,
  ring: ringAllReduce,
}

interface Row {
  /** Largest world size, and bytes that a rank sends in `everyone`, or of an array. */
  readonly ranks: number
  readonly bytesToAll?: number
  readonly bytes?: number
  readonly algorithm: AlgorithmName
}

/**
 * The first row that fits is used. Up to 16 ranks only algorithms that add in rank order, so that a sum does not depend
 * on its length or its lane; beyond, messages to everybody cost more than the steps they save.
 */
const table: readonly Row[] = [
  { ranks: 16, bytesToAll: 32 * 1024, algorithm: 'everyone' },
  { ranks: 16, algorithm: 'direct' },
  { ranks: Number.POSITIVE_INFINITY, bytes: 256 * 1024, algorithm: 'halvingDoubling' },
  { ranks: Number.POSITIVE_INFINITY, algorithm: 'ring' },
]

/** The algorithm for arrays of `byteLength` bytes, the same on every rank. */
export function chooseAlgorithm(byteLength: number, worldSize: number): AlgorithmName {
  const fits = ({ ranks, bytesToAll = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY }: Row): boolean =>
    worldSize <= ranks && byteLength * (worldSize - 1) <= bytesToAll && byteLength <= bytes
  return table.find(fits)?.algorithm ?? 'ring'
}
