import { type Node, sameShape, shapeError } from '../graph/node.ts'
import { reduceMean } from '../graph/ops.ts'
import type { Loss } from './loss.ts'

/** Keras' fuzz factor (`K.epsilon()`), which keeps logarithms and quotients finite. */
export const epsilon = 1e-7

/** Throws `shape-mismatch` unless the targets are what a loss or metric of that kind takes for these predictions. */
export function requireTargets(kind: Loss['targets'], targets: Node, predictions: Node): void {
  const sparse = kind === 'sparse'
  const shape = sparse ? predictions.shape.slice(0, -1) : predictions.shape
  const dtype = sparse ? 'int32' : 'float32'
  if (targets.dtype === dtype && sameShape(targets.shape, shape) && predictions.dtype === 'float32') return
  throw shapeError(
    `comparing ${targets.dtype} targets with ${predictions.dtype} predictions`,
    [targets.shape, predictions.shape],
    sparse
      ? 'expected int32 class numbers shaped as the float32 predictions without their last axis; for one-hot targets use the name without "sparse"'
      : "expected float32 targets of the float32 predictions' shape; class numbers go with the sparse losses and metrics",
  )
}

/** The mean of each sample's values: `[samples, ...]` becomes `[samples]`. */
export function sampleMean(values: Node, samples: number | undefined): Node {
  if (values.dtype !== 'float32' || values.shape.length === 0 || values.shape[0] !== samples) {
    throw shapeError(
      `a result of ${values.dtype}`,
      [values.shape],
      `expected float32 [${samples}] or [${samples}, ...]: a value per sample or per element`,
    )
  }
  return reduceMean(values, { axes: values.shape.slice(1).map((_, index) => index + 1) })
}
