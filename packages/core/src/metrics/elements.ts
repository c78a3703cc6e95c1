import { requireArgument } from '../arguments.ts'
import type { Node } from '../graph/node.ts'
import { broadcast, cast, greater, mul, oneHot, reshape, slice, sub } from '../graph/ops.ts'
import { requireTargets } from '../losses/targets.ts'

/** Every element of a batch as a yes-or-no question, all `[elements]`. */
export interface Elements {
  readonly scores: Node
  /** The weight of elements whose answer is yes, 0 elsewhere. */
  readonly positive: Node
  /** The weight of elements whose answer is no, 0 elsewhere. */
  readonly negative: Node
}

/**
 * Flattens a batch. A target other than 0 means yes, as in Keras; class numbers become one-hot rows. With `classId`
 * only that entry of the last axis counts.
 */
export function elementsOf(name: string, targets: Node, predictions: Node, weights: Node, classId?: number): Elements {
  const sparse = targets.dtype === 'int32'
  requireTargets(sparse ? 'sparse' : 'dense', targets, predictions)
  const dense = sparse ? oneHot(targets, predictions.shape.at(-1) as number) : targets
  const [labels, scores] = [dense, predictions].map((x) => (classId === undefined ? x : pick(name, x, classId)))
  const samples = predictions.shape[0] as number
  const answers = reshape(cast(cast(labels as Node, 'bool'), 'float32'), [samples, -1])
  const weight = broadcast(reshape(weights, [samples, 1]), answers.shape)
  const flat = (x: Node): Node => reshape(x, [-1])
  return {
    scores: flat(scores as Node),
    positive: flat(mul(weight, answers)),
    negative: flat(mul(weight, sub(1, answers))),
  }
}

/** 1 where the score is above the threshold, else 0. */
export function above(scores: Node, threshold: Node | number): Node {
  return cast(greater(scores, threshold), 'float32')
}

function pick(name: string, x: Node, classId: number): Node {
  const classes = x.shape.at(-1) ?? 0
  const fits = x.shape.length >= 2 && Number.isInteger(classId) && classId >= 0 && classId < classes
  requireArgument(name, 'classId', classId, fits, `one of the classes 0 … ${classes - 1}`)
  const starts = x.shape.map((_, axis) => (axis === x.shape.length - 1 ? classId : 0))
  return slice(x, starts, [...x.shape.slice(0, -1), 1])
}
