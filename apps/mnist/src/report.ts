import type { Callback, Device, Logs, Model } from '@lockstep/core'
import type { Options } from './options.ts'
import type { RankReport } from './ranks.ts'

/** The figures of one epoch. */
export interface EpochReport {
  readonly epoch: number
  readonly loss: number
  readonly accuracy: number
  readonly valLoss: number
  readonly valAccuracy: number
  /** Training and validation together. */
  readonly seconds: number
  readonly samplesPerSecond: number
}

/** What `--report` writes. */
export interface Report {
  readonly backend: string
  readonly device: string
  /** What computed, with versions. */
  readonly engine: string
  readonly model: string
  readonly data: string
  readonly seed: number
  readonly worldSize: number
  readonly effectiveBatchSize: number
  readonly parameters: number
  readonly parametersSha256: string
  readonly test: { readonly loss: number; readonly accuracy: number }
  readonly epochs: readonly EpochReport[]
  /** One entry for each of several ranks. */
  readonly ranks?: readonly RankReport[]
}

/** Times every epoch and keeps its figures; `epochs` grows while training. */
export function epochRecorder(samples: number): Callback & { readonly epochs: EpochReport[] } {
  const epochs: EpochReport[] = []
  let start = 0
  return {
    epochs,
    onEpochBegin() {
      start = performance.now()
    },
    onEpochEnd(epoch, logs: Logs) {
      const seconds = (performance.now() - start) / 1000
      const { loss = Number.NaN, acc = Number.NaN, val_loss = Number.NaN, val_acc = Number.NaN } = logs
      const samplesPerSecond = samples / seconds
      epochs.push({ epoch, loss, accuracy: acc, valLoss: val_loss, valAccuracy: val_acc, seconds, samplesPerSecond })
    },
  }
}

/** Puts a report together after training. */
export async function makeReport(
  model: Model,
  options: Options,
  measured: Pick<Report, 'data' | 'test' | 'epochs' | 'ranks'> & { readonly device: Device },
): Promise<Report> {
  const { device, ...figures } = measured
  return {
    backend: options.backend,
    device: device.id,
    engine: device.engine,
    model: options.model,
    seed: options.seed,
    worldSize: measured.ranks?.length ?? 1,
    effectiveBatchSize: options.batchSize,
    parameters: model.countParams(),
    parametersSha256: await model.parametersSha256(),
    ...figures,
  }
}
