import type { Callback, TrainedModel, TrainingParams } from '../training/callback.ts'

/** A model of one weight that trains by script: what callbacks do to it can be read off. */
export class ScriptedModel implements TrainedModel {
  stopTraining = false
  rate: number
  weights: Float32Array = Float32Array.of(0)
  nonFiniteLayer: string | undefined
  readonly saved: string[] = []

  constructor(rate = 1) {
    this.rate = rate
  }

  getLearningRate(): number {
    return this.rate
  }

  setLearningRate(rate: number): void {
    this.rate = rate
  }

  async getWeights(): Promise<readonly Float32Array[]> {
    return [this.weights]
  }

  async setWeights([weights]: readonly Float32Array[]): Promise<void> {
    this.weights.set(weights as Float32Array)
  }

  async save(path: string, options: { readonly weightsOnly?: boolean } = {}): Promise<void> {
    this.saved.push(options.weightsOnly === true ? `weights ${path}` : path)
  }

  async locateNonFinite(): Promise<string | undefined> {
    return this.nonFiniteLayer
  }
}

export const scriptedParams: TrainingParams = {
  epochs: 10,
  batchSize: 32,
  samples: 64,
  steps: 2,
  verbose: 1,
  doValidation: true,
  metrics: ['loss', 'val_loss'],
}

/**
 * Runs epochs of two batches until the script ends or the model is told to stop. The weight after an epoch is the
 * epoch's number and 1. Gives the logs as the callback left them.
 */
export async function runScript(
  callback: Callback,
  model: ScriptedModel,
  script: readonly Readonly<Record<string, number>>[],
): Promise<Record<string, number>[]> {
  const results: Record<string, number>[] = []
  await callback.onTrainBegin?.({ model, params: scriptedParams })
  for (const [epoch, figures] of script.entries()) {
    await callback.onEpochBegin?.(epoch)
    for (let batch = 0; batch < 2 && !model.stopTraining; batch++) {
      await callback.onBatchBegin?.(batch, { batch, size: 32 })
      await callback.onBatchEnd?.(batch, { batch, size: 32, ...figures })
    }
    model.weights.fill(epoch + 1)
    const logs = { ...figures }
    await callback.onEpochEnd?.(epoch, logs)
    results.push(logs)
    if (model.stopTraining) break
  }
  await callback.onTrainEnd?.({})
  return results
}
