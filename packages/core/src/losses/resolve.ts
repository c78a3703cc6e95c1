import { requireArgument } from '../arguments.ts'
import { withScope } from '../graph/scope.ts'
import { lookUp } from '../names.ts'
import { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from './crossentropy.ts'
import { cosineProximity, kullbackLeiblerDivergence, poisson } from './divergences.ts'
import { categoricalHinge, hinge, squaredHinge } from './hinge.ts'
import type { Loss, LossFunction } from './loss.ts'
import {
  huber,
  logcosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from './regression.ts'
import { sampleMean } from './targets.ts'

/** The losses that have a name, with Keras' short names. */
export const lossesByName: Readonly<Record<string, () => Loss>> = {
  meanSquaredError,
  mse: meanSquaredError,
  meanAbsoluteError,
  mae: meanAbsoluteError,
  meanAbsolutePercentageError,
  mape: meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  msle: meanSquaredLogarithmicError,
  hinge,
  squaredHinge,
  categoricalHinge,
  logcosh,
  huber,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  binaryCrossentropy,
  kullbackLeiblerDivergence,
  kld: kullbackLeiblerDivergence,
  poisson,
  cosineProximity,
  cosine: cosineProximity,
}

/**
 * The loss meant. A function becomes a loss over dense targets under its own name; for sparse ones hand over a
 * {@link Loss}. Throws `unknown-name` with the nearest name, and `invalid-argument` for anything else.
 */
export function resolveLoss(spec: string | LossFunction | Loss): Loss {
  if (typeof spec === 'string') return lookUp('loss', spec, lossesByName)()
  if (typeof spec === 'function') return customLoss(spec)
  requireArgument('loss', 'loss', spec, typeof spec?.perSample === 'function', 'a name, a function or a Loss')
  return spec
}

function customLoss(formula: LossFunction): Loss {
  const name = formula.name === '' ? 'loss' : formula.name
  return {
    name,
    targets: 'dense',
    categorical: false,
    perSample: (targets, predictions) =>
      withScope(name, () => sampleMean(formula(targets, predictions), predictions.shape[0])),
  }
}
