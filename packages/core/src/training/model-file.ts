import type { Shape } from '../graph/node.ts'
import { type CheckpointHeader, encodeCheckpoint, type TrainingHeader } from './checkpoint.ts'
import type { Model } from './model.ts'
import type { ModelState } from './model-state.ts'

/** The bytes of a model file. */
export async function modelFile(model: Model, state: ModelState, weightsOnly: boolean): Promise<Uint8Array> {
  const values = weightsOnly ? await state.weights() : await state.persistent()
  const training = weightsOnly ? undefined : trainingHeader(model)
  const header: CheckpointHeader = {
    model: model.toJSON(),
    seed: model.seed,
    ...(training === undefined ? {} : { training }),
  }
  const shapes = new Map(model.network.weights.map(({ name, spec }) => [name, spec.shape]))
  const shapeOf = (name: string): Shape => shapes.get(name.replace(/^slot\/[^/]+\//, '')) as Shape
  return encodeCheckpoint({ header, values }, shapeOf)
}

function trainingHeader({ compiled, progress }: Model): TrainingHeader | undefined {
  if (compiled?.learner === undefined) return undefined
  const { options, learner } = compiled
  const plain = (value: unknown): unknown => (isPlain(value) ? value : undefined)
  return {
    learner: learner.config,
    loss: plain(options.loss),
    metrics: plain(options.metrics),
    lossWeights: plain(options.lossWeights),
    progress: { ...progress, totals: Array.from(progress.totals) },
  }
}

function isPlain(value: unknown): boolean {
  if (value === null || ['string', 'number', 'undefined'].includes(typeof value)) return true
  return (
    typeof value === 'object' && !('perSample' in value) && !('sums' in value) && Object.values(value).every(isPlain)
  )
}
