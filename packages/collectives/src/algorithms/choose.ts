import { directAllReduce } from './direct.ts'
import { everyoneAllReduce } from './everyone.ts'
import type { AllReduceAlgorithm } from './reduction.ts'

/** The ways to sum over messages. */
export type AlgorithmName = 'everyone' | 'direct'

export const allReduceAlgorithms: Readonly<Record<AlgorithmName, AllReduceAlgorithm>> = {
  everyone: everyoneAllReduce,
  direct: directAllReduce,
}

/** The algorithm for arrays of `byteLength` bytes, the same on every rank. */
export function chooseAlgorithm(byteLength: number, worldSize: number): AlgorithmName {
  return byteLength * (worldSize - 1) <= 32768 ? 'everyone' : 'direct'
}
