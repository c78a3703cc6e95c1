import { attention, convolutional, normalised, perceptron } from '../models/models.ts'
import { checkTraining } from '../models/train.ts'
import type { Test } from '../op-tests.ts'

export type TrainingTestId =
  | 'training: dense layers with dropout'
  | 'training: convolutions and overlapping maxima on flat images'
  | 'training: depthwise convolutions with batch statistics'
  | 'training: embedding and masked attention'

/** Whole models, stepped with the reference. */
export const trainingTests: Readonly<Record<TrainingTestId, Test>> = {
  'training: dense layers with dropout': (context) => checkTraining(context, perceptron),
  'training: convolutions and overlapping maxima on flat images': (context) => checkTraining(context, convolutional),
  'training: depthwise convolutions with batch statistics': (context) => checkTraining(context, normalised),
  'training: embedding and masked attention': (context) => checkTraining(context, attention),
}
