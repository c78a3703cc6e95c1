export {
  binaryCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from './crossentropy.ts'
export { cosineProximity, kullbackLeiblerDivergence, poisson } from './divergences.ts'
export { categoricalHinge, hinge, squaredHinge } from './hinge.ts'
export type { Loss, LossFunction } from './loss.ts'
export {
  type HuberOptions,
  huber,
  logcosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
} from './regression.ts'
export { resolveLoss } from './resolve.ts'
