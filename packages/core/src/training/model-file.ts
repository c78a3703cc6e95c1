import type { Shape } from '../graph/node.ts'
import { type CheckpointHeader, encodeCheckpoint, type TrainingHeader } from './checkpoint.ts'
import type { Model } from './model.ts'
import type { ModelState } from './model-state.ts'
import { plainProgress } from './plain-progress.ts'

/** The bytes of a model file. Of a model that is being trained they are those between two steps. */
export async function modelFile(model: Model, state: ModelState, weightsOnly: boolean): Promise<Uint8Array> {
  let training: TrainingHeader | undefined
  const note = (): void => {
    training = weightsOnly ? undefined : trainingHeader(model)
  }
  const values = await state.copies({ everything: !weightsOnly, note })
  const header: CheckpointHeader = {
    model: model.toJSON(),
    seed: model.seed,
    ...(training === undefined ? {} : { training }),
  }
  const shapes = new Map(model.network.weights.map(({ name, spec }) => [name, spec.shape]))
  const shapeOf = (name: string): Shape => shapes.get(name) ?? (shapes.get(name.replace(/^slot\/[^/]+\//, '')) as Shape)
  return encodeCheckpoint({ header, values }, shapeOf)
}

function trainingHeader({ compiled, progress }: Model): TrainingHeader | undefined {
  if (compiled?.learner === undefined) return undefined
  const { options, learner, gradientAccumulation } = compiled
  const plain = (value: unknown): unknown => (isPlain(value) ? value : undefined)
  return {
    learner: learner.config,
    loss: plain(options.loss),
    metrics: plain(options.metrics),
    weightedMetrics: plain(options.weightedMetrics),
    lossWeights: plain(options.lossWeights),
    gradientAccumulation,
    progress: plainProgress(progress),
  }
}

function isPlain(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)) return true
  return (
    typeof value === 'object' && !('perSample' in value) && !('sums' in value) && Object.values(value).every(isPlain)
  )
}
