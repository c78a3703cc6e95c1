import { wholeNumber } from '../arguments.ts'
import type { Communicator } from '../backend/communicator.ts'

/** Which of how many ranks: the part of a communicator that says who is who. */
export type RankOf = Pick<Communicator, 'rank' | 'worldSize'>

/**
 * This rank's part of `total` samples, `[start, end)`: start = ⌊rank · total / worldSize⌋, end = ⌊(rank + 1) · total /
 * worldSize⌋. Over all ranks the parts are contiguous, complete and differ by at most one sample; with fewer samples
 * than ranks some are empty. The formula of CNTK's page on Keras.
 */
export function partition(total: number, { rank, worldSize }: RankOf): [start: number, end: number] {
  wholeNumber('partition', 'total', total, 0)
  return [Math.floor((rank * total) / worldSize), Math.floor(((rank + 1) * total) / worldSize)]
}
