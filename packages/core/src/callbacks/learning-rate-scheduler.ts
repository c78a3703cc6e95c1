import { requireArgument } from '../arguments.ts'
import type { Callback, TrainedModel } from '../training/callback.ts'

/** The learning rate of an epoch (from 0), given the one in force. */
export type RateSchedule = (epoch: number, rate: number) => number

/**
 * Sets the learning rate at the beginning of every epoch. Throws `invalid-argument` when the schedule gives anything
 * but a finite number from 0 on.
 */
export function learningRateScheduler(schedule: RateSchedule): Callback {
  let model: TrainedModel | undefined
  return {
    onTrainBegin: (context) => {
      model = context.model
    },
    onEpochBegin: (epoch) => {
      if (model === undefined) return
      const rate = schedule(epoch, model.getLearningRate())
      const what = `the rate for epoch ${epoch}`
      requireArgument(
        'learningRateScheduler',
        what,
        rate,
        Number.isFinite(rate) && rate >= 0,
        'a finite number from 0 on',
      )
      model.setLearningRate(rate)
    },
  }
}
