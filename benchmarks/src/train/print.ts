import { describeCircumstances } from '../machine.ts'
import { median, type Spread, showQuartiles } from '../statistics.ts'
import { flopPerImage, matmulName } from './matmul-share.ts'
import type { Comparison, Turn } from './race.ts'
import type { TrainResult } from './train-benchmark.ts'

/** Above this share of the machine, what others use is taken to disturb the one whose turn it is. */
const disturbing = 0.05

/** One round as a line: each contestant's median step, and how many times as long as the first the others took. */
export function roundLine(round: number, turns: readonly Turn[]): string {
  const [first] = turns
  const parts = turns.map(({ name, stepMs, disturbance = 0 }, index) => {
    const ratio = index === 0 || name === matmulName ? '' : ` (× ${(stepMs / (first as Turn).stepMs).toFixed(2)})`
    const noise = disturbance > disturbing ? ` !${percent(disturbance)} used by others` : ''
    return `${name} ${stepMs.toFixed(2)} ms${ratio}${noise}`
  })
  return `${round > 0 ? `round ${round}` : 'warm-up'}: ${parts.join(' · ')}`
}

/** The result in Markdown. */
export function trainSummary(result: TrainResult): string {
  const { model, threads, batchSize, steps, rounds, comparisons, data } = result
  const versions = Object.entries(result.about).map(([name, version]) => `${name} ${version}`)
  return [
    `\n## mnist_${model}: whole training steps, batch ${batchSize}, ${threads} threads, ${rounds.length} rounds of ${steps} steps\n`,
    `${describeCircumstances(result.circumstances)}; ${versions.join(', ')}; ${data}\n`,
    ...agreementLines(result),
    `${disturbanceLine(rounds)}\n`,
    '| | median step | best step | images/s | time ÷ lockstep: median (quartiles; all rounds) |',
    '| --- | --- | --- | --- | --- |',
    ...namesOf(rounds).map((name, index) => {
      return `| ${name} | ${timesOf(rounds, index, batchSize)} | ${ratioOf(comparisons.find((peer) => peer.name === name))} |`
    }),
    ...verdict(comparisons),
    ...matmulLines(result),
  ].join('\n')
}

function namesOf(rounds: TrainResult['rounds']): string[] {
  return rounds[0]?.map(({ name }) => name) ?? []
}

function agreementLines({ agreement }: TrainResult): string[] {
  const lines = Object.entries(agreement).map(([name, { loss, gradient, update }]) => {
    const figures = `loss ${loss.toExponential(1)}, gradients ${gradient.toExponential(1)}`
    const learner = update === undefined ? '; learners have other rules' : `, update ${update.toExponential(1)}`
    return `Same function as ${name}, dropout off; relative differences: ${figures}${learner}.`
  })
  return lines.length > 0 ? [`${lines.join('  \n')}\n`] : []
}

function disturbanceLine(rounds: TrainResult['rounds']): string {
  const shares = rounds.flat().map(({ disturbance }) => disturbance ?? Number.NaN)
  const all = `Others used ${percent(median(shares))} of the machine during a turn (median; at most ${percent(Math.max(...shares))})`
  return Math.max(...shares) > disturbing ? `**${all}: repeat this on a quiet machine.**` : `${all}.`
}

function percent(share: number): string {
  return Number.isNaN(share) ? 'an unknown part' : `${(100 * share).toFixed(0)} %`
}

function timesOf(rounds: TrainResult['rounds'], index: number, batchSize: number): string {
  const turns = rounds.map((round) => round[index] as Turn)
  const step = median(turns.map(({ stepMs }) => stepMs))
  const best = Math.min(...turns.map(({ bestStepMs }) => bestStepMs))
  return `${step.toFixed(2)} ms | ${best.toFixed(2)} ms | ${Math.round((1000 * batchSize) / step)}`
}

function ratioOf(comparison: Comparison | undefined): string {
  if (comparison === undefined) return '1'
  const { ratio, ratios } = comparison
  const all = ratios.map((value) => value.toFixed(2)).join(' ')
  return `**${ratio.median.toFixed(2)}** (${showQuartiles(ratio, 2)}; ${all})`
}

/** The peer is its fastest way of running. */
function verdict([best]: readonly Comparison[]): string[] {
  if (best === undefined) return []
  const { name, ratio } = best
  return [
    `\nLockstep's speed beside the best peer, ${name}: × ${ratio.median.toFixed(2)} (quartiles ${showQuartiles(ratio, 2)}).`,
  ]
}

function matmulLines({ matmul, model }: TrainResult): string[] {
  if (matmul === undefined) return []
  const { gflops, allowed, share } = matmul
  const allowing = `which allow ${allowed.median.toFixed(0)} images/s of ${flopPerImage[model] / 1e6} MFLOP each`
  return [
    `\nMatrix products of this engine in the same rounds, median and quartiles: ${spreadOf(gflops, 1)} GFLOP/s, ${allowing}.`,
    `Lockstep's training step reaches ${spreadOf(share, 2)} of that.`,
  ]
}

function spreadOf(spread: Spread, digits: number): string {
  return `${spread.median.toFixed(digits)} (${showQuartiles(spread, digits)})`
}
