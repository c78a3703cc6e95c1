import { requireArgument } from '../arguments.ts'
import type { Communicator } from '../backend/communicator.ts'
import { LockstepError } from '../errors.ts'
import type { Learner } from '../learners/learner.ts'
import { resolveLearner } from '../learners/resolve.ts'
import type { BatchMode } from './deal.ts'
import type { Distribution } from './distribution.ts'

/** Options of {@link dataParallel}; the first two have CNTK's names and meanings. */
export interface DataParallelOptions {
  /** Bits of a gradient's element in the exchange; only 32, the whole of it, so far. */
  readonly quantizationBits?: number
  /** Samples after which ranks begin to exchange gradients; only 0 so far: from the first update on. */
  readonly distributedAfter?: number
  /**
   * What `batchSize` of `fit` counts: the samples of an update on all ranks together (`global`, the default: the
   * training of one process, shared out), or on each rank (`perWorker`: Keras' on CNTK).
   */
  readonly batchMode?: BatchMode
  /** Where rank 0's line about the exchange goes when training begins and `verbose` is not 0; `console.log` by default. */
  readonly onMessage?: (message: string) => void
}

/** A learner whose updates are made of the gradients of all ranks. */
export interface DataParallelLearner extends Learner {
  readonly distribution: Distribution
}

/**
 * Makes every update of `learner` one of all ranks: sums of gradients and their counts are added up over the
 * communicator, and each rank applies the same update to its own copy of the weights. On one rank alone it is the
 * learner itself. Every rank runs the same program: `compile`, `fit`, `evaluate` and `trainOnBatch` are called by all
 * of them in the same order; an error on one rank ends the call on every rank, and the communicator with it.
 *
 * @throws `unsupported` for quantised or deferred exchange, `invalid-argument` for a learner that is distributed already.
 */
export function dataParallel(
  learner: string | Learner,
  communicator: Communicator,
  options: DataParallelOptions = {},
): DataParallelLearner {
  const { batchMode = 'global', onMessage = (message) => console.log(message) } = options
  checkOptions(options)
  const inner = resolveLearner(learner)
  requireArgument(
    'dataParallel',
    'learner',
    inner.name,
    inner.distribution === undefined,
    'one that is not distributed',
  )
  const seconds = { computing: 0, communicating: 0 }
  const distribution = { communicator, batchMode, onMessage, seconds, samples: 0 }
  return {
    name: inner.name,
    slots: inner.slots,
    ...(inner.clipNorm !== undefined && { clipNorm: inner.clipNorm }),
    ...(inner.clipValue !== undefined && { clipValue: inner.clipValue }),
    get config(): Readonly<Record<string, unknown>> {
      return inner.config
    },
    distribution,
    baseLearningRate: (progress) => inner.baseLearningRate(progress),
    learningRate: (progress) => inner.learningRate(progress),
    setLearningRate: (rate) => inner.setLearningRate(rate),
    hyperparameters: (progress) => inner.hyperparameters(progress),
    rule: (inputs) => inner.rule(inputs),
  }
}

function checkOptions({
  quantizationBits = 32,
  distributedAfter = 0,
  batchMode = 'global',
}: DataParallelOptions): void {
  const known = batchMode === 'global' || batchMode === 'perWorker'
  requireArgument('dataParallel', 'batchMode', batchMode, known, "'global' or 'perWorker'")
  if (quantizationBits !== 32) throw unsupported('quantizationBits', quantizationBits, 32)
  if (distributedAfter !== 0) throw unsupported('distributedAfter', distributedAfter, 0)
}

function unsupported(option: string, value: number, expected: number): LockstepError<'unsupported'> {
  return new LockstepError(
    'unsupported',
    { feature: `${option}: ${value}`, by: 'dataParallel' },
    `dataParallel: ${option} is ${value}, but so far only ${expected} is implemented; leave it out`,
  )
}
