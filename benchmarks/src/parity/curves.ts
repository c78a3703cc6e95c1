import { mean } from '../statistics.ts'

/** The figures of one epoch, as the MNIST app reports them. */
export interface EpochFigures {
  readonly loss: number
  readonly accuracy: number
  readonly valLoss: number
  readonly valAccuracy: number
  readonly seconds: number
  readonly samplesPerSecond: number
}

/** What is used of the MNIST app's report. */
export interface RunReport {
  readonly backend: string
  readonly device: string
  readonly model: string
  readonly data: string
  readonly seed: number
  readonly parametersSha256: string
  readonly test: { readonly loss: number; readonly accuracy: number }
  readonly epochs: readonly EpochFigures[]
}

/** The means over several runs of every figure of every epoch. */
export function meanCurve(runs: readonly RunReport[]): EpochFigures[] {
  const length = Math.min(...runs.map(({ epochs }) => epochs.length))
  return Array.from({ length }, (_, epoch) => {
    const of = (figure: keyof EpochFigures): number =>
      mean(runs.map(({ epochs }) => (epochs[epoch] as EpochFigures)[figure]))
    return {
      loss: of('loss'),
      accuracy: of('accuracy'),
      valLoss: of('valLoss'),
      valAccuracy: of('valAccuracy'),
      seconds: of('seconds'),
      samplesPerSecond: of('samplesPerSecond'),
    }
  })
}

/** Each run's highest test accuracy of any epoch. */
export function bestAccuracies(runs: readonly RunReport[]): number[] {
  return runs.map(({ epochs }) => Math.max(...epochs.map(({ valAccuracy }) => valAccuracy)))
}
