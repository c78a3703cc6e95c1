import { withScope } from '../graph/scope.ts'
import type { Loss, LossFunction } from './loss.ts'
import { requireTargets, sampleMean } from './targets.ts'

/** What a built-in loss takes where that is not dense targets and plain predictions. */
export type LossTraits = Partial<Pick<Loss, 'targets' | 'categorical' | 'fromLogits'>>

/** A loss from its formula, whose values are averaged per sample; checks the targets before the formula sees them. */
export function defineLoss(name: string, formula: LossFunction, traits: LossTraits = {}): Loss {
  const { targets: kind = 'dense', categorical = false, fromLogits = false } = traits
  return {
    name,
    targets: kind,
    categorical,
    fromLogits,
    perSample: (targets, predictions) =>
      withScope(name, () => {
        requireTargets(kind, targets, predictions)
        return sampleMean(formula(targets, predictions), predictions.shape[0])
      }),
  }
}
