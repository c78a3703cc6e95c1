import { requireArgument, wholeNumber } from '../arguments.ts'
import { concat, constant, matmul, reduceSum, reshape } from '../graph/ops.ts'
import { withScope } from '../graph/scope.ts'
import { above, elementsOf } from './elements.ts'
import { vector } from './mean-metric.ts'
import type { Metric } from './metric.ts'

/** Options of {@link auc}. */
export interface AucOptions {
  /** How many thresholds, evenly spread over [0, 1], the curve is drawn through; 200 by default. */
  readonly thresholds?: number
  /** `ROC` (default): true over false positive rate. `PR`: precision over recall. */
  readonly curve?: 'ROC' | 'PR'
  /** The key in logs; `auc` by default. */
  readonly name?: string
}

/**
 * The area under the ROC or precision-recall curve over all elements, whose predictions lie in [0, 1]. As Keras does it:
 * counts above each threshold, trapezoids between them for ROC, Davis & Goadrich's interpolation (2006) for PR.
 * Takes class numbers too.
 */
export function auc({ thresholds: count = 200, curve = 'ROC', name = 'auc' }: AucOptions = {}): Metric {
  wholeNumber('auc', 'thresholds', count, 3)
  requireArgument('auc', 'curve', curve, curve === 'ROC' || curve === 'PR', "'ROC' or 'PR'")
  const area = curve === 'ROC' ? areaUnderRoc : areaUnderPrecisionRecall
  return {
    name,
    sums: (targets, predictions, weights) =>
      withScope(name, () => {
        const { scores, positive, negative } = elementsOf(name, targets, predictions, weights)
        const row = [1, ...scores.shape]
        const answers = concat([reshape(positive, row), reshape(negative, row)], 0)
        const predicted = above(reshape(scores, row), constant(thresholdsFor(count), [count, 1]))
        return vector([matmul(answers, predicted, { transposeB: true }), reduceSum(answers, { axes: [1] })])
      }),
    result: (sums) => area(curveOf(sums, count)),
  }
}

/** Weighted counts at each threshold, falling, and over all elements. */
interface Curve {
  readonly truePositives: Float64Array
  readonly falsePositives: Float64Array
  readonly positives: number
  readonly negatives: number
}

function curveOf(sums: Float64Array, count: number): Curve {
  return {
    truePositives: sums.subarray(0, count),
    falsePositives: sums.subarray(count, 2 * count),
    positives: at(sums, 2 * count),
    negatives: at(sums, 2 * count + 1),
  }
}

/** Evenly spread, the outer two just outside so that predictions of exactly 0 and 1 lie between them. */
function thresholdsFor(count: number): number[] {
  const outside = 1e-7
  return Array.from({ length: count }, (_, index) => {
    if (index === 0) return -outside
    return index === count - 1 ? 1 + outside : index / (count - 1)
  })
}

function areaUnderRoc({ truePositives, falsePositives, positives, negatives }: Curve): number {
  return sumOverSteps(truePositives.length, (from, to) => {
    const width = quotient(at(falsePositives, from) - at(falsePositives, to), negatives)
    return (width * quotient(at(truePositives, from) + at(truePositives, to), positives)) / 2
  })
}

/**
 * Between two thresholds, true positives are taken as linear in the predicted ones: TP = slope · P + intercept. The
 * area is ∫ TP / P dTP over the step, divided by the positives.
 */
function areaUnderPrecisionRecall({ truePositives, falsePositives, positives }: Curve): number {
  const predicted = truePositives.map((count, index) => count + at(falsePositives, index))
  return sumOverSteps(truePositives.length, (from, to) => {
    const gained = at(truePositives, from) - at(truePositives, to)
    const slope = quotient(gained, Math.max(at(predicted, from) - at(predicted, to), 0))
    const intercept = at(truePositives, to) - slope * at(predicted, to)
    const ratio = at(predicted, from) > 0 && at(predicted, to) > 0 ? at(predicted, from) / at(predicted, to) : 1
    return quotient(slope * (gained + intercept * Math.log(ratio)), positives)
  })
}

function sumOverSteps(count: number, area: (from: number, to: number) => number): number {
  let sum = 0
  for (let index = 0; index + 1 < count; index++) sum += area(index, index + 1)
  return sum
}

const at = (values: Float64Array, index: number): number => values[index] as number
const quotient = (a: number, b: number): number => (b === 0 ? 0 : a / b)
