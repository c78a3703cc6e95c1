import { median } from '../statistics.ts'
import { type EpochFigures, meanCurve, type RunReport } from './curves.ts'
import type { Gate } from './gates.ts'
import type { Published } from './published.data.ts'

/** Curves and gates in Markdown. */
export function parityTable(runs: readonly RunReport[], published: Published, gates: readonly Gate[]): string {
  const [first] = runs
  const seeds = runs.map(({ seed }) => seed).join(', ')
  const rows = meanCurve(runs).map((figures, epoch) => row(epoch, figures, runs, published.accuracies[epoch]))
  return [
    `\n## mnist_${first?.model}: ${rows.length} epochs, mean of seeds ${seeds}\n`,
    `Backend ${first?.backend} on ${first?.device}, data ${first?.data}. Published: ${published.source}.`,
    `An epoch with its validation took ${secondsOf(runs).toFixed(1)} s (median).\n`,
    '| epoch | loss | accuracy | test loss | test accuracy | of each seed | published | difference |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    `\n| mean over seeds of test accuracy | value | expected | |`,
    '| --- | --- | --- | --- |',
    ...gates.map(({ what, value, expected, passed }) => {
      return `| ${what} | ${value.toFixed(4)} | ${expected} | ${passed ? 'passed' : '**failed**'} |`
    }),
  ].join('\n')
}

function row(epoch: number, figures: EpochFigures, runs: readonly RunReport[], accuracy: number | undefined): string {
  const each = runs.map(({ epochs }) => fixed(epochs[epoch]?.valAccuracy ?? Number.NaN)).join(' ')
  const { loss, accuracy: training, valLoss, valAccuracy } = figures
  const difference = accuracy === undefined ? '' : signed(valAccuracy - accuracy)
  const cells = [loss, training, valLoss, valAccuracy].map(fixed)
  const beside = accuracy === undefined ? '' : fixed(accuracy)
  return `| ${[epoch + 1, ...cells, each, beside, difference].join(' | ')} |`
}

function secondsOf(runs: readonly RunReport[]): number {
  return median(runs.flatMap(({ epochs }) => epochs.map(({ seconds }) => seconds)))
}

function fixed(value: number): string {
  return value.toFixed(4)
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`
}
