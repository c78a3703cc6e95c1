import { Command, Option } from 'commander'
import { describeCircumstances } from '../machine.ts'
import { modelOption, modelsOf, positiveInteger, wholeNumber } from '../options.ts'
import { appendResult } from '../results.ts'
import { showQuartiles, spread } from '../statistics.ts'
import { roundLine } from '../train/print.ts'
import type { Turn } from '../train/race.ts'
import { type ScalingOptions, type ScalingResult, scalingBenchmark } from './scaling-benchmark.ts'

type Options = Omit<ScalingOptions, 'steps' | 'onRound'> & {
  readonly model: 'mlp' | 'cnn' | 'all'
  readonly steps?: number
}

/** Half a second or less: what the machine does besides is to hit all sides of a round alike. */
const defaultSteps = { mlp: 100, cnn: 5 }

/** A hundred steps: meanwhile V8 compiles what it finds to be busy, on the core that a rank also computes on. */
const defaultWarmUps = 20

export function scalingCommand(): Command {
  return new Command('scaling')
    .description('Workers that share every batch, beside one process on the same cores and beside PyTorch’s DDP.')
    .addOption(modelOption().default('cnn'))
    .option('--rounds <n>', 'rounds that count', positiveInteger, 27)
    .option('--warm-ups <n>', 'rounds before those', wholeNumber, defaultWarmUps)
    .option('--steps <n>', 'steps of a turn (default: 100 for mlp, 5 for cnn)', positiveInteger)
    .option('--workers <n>', 'ranks, of one thread each', positiveInteger, 2)
    .option('--batch-size <n>', 'images of a step, of all ranks together', positiveInteger, 128)
    .addOption(
      new Option('--format <name>', 'memory format of PyTorch')
        .choices(['eager', 'channels_last'])
        .default('channels_last'),
    )
    .option('--no-torch', 'without PyTorch')
    .action(async (options: Options) => {
      for (const model of modelsOf(options.model)) {
        const steps = options.steps ?? defaultSteps[model]
        const onRound: ScalingOptions['onRound'] = (round, turns) => console.log(roundLine(round, turns))
        const result = await scalingBenchmark(model, { ...options, steps, onRound })
        console.log(scalingSummary(result))
        console.log(`\nKept in ${appendResult('scaling', result)}`)
      }
    })
}

function scalingSummary({ circumstances, model, batchSize, steps, rounds, figures }: ScalingResult): string {
  const names = rounds[0]?.map(({ name }) => name) ?? []
  const times = names.map((name, seat) => {
    const step = spread(rounds.map((round) => (round[seat] as Turn).stepMs))
    const rate = Math.round((1000 * batchSize) / step.median)
    return `| ${name} | ${step.median.toFixed(1)} ms | ${showQuartiles(step, 1)} ms | ${rate} |`
  })
  const answers = figures.map(({ what, ratio, ratios }) => {
    const all = ratios.map((value) => value.toFixed(2)).join(' ')
    return `- ${what}: **${ratio.median.toFixed(3)}** (quartiles ${showQuartiles(ratio, 3)}; ${all})`
  })
  return [
    `\n## mnist_${model}: scaling, global batch ${batchSize}, ${rounds.length} rounds of ${steps} steps\n`,
    `${describeCircumstances(circumstances)}\n`,
    '| workers × threads | median step | quartiles | images/s |',
    '| --- | --- | --- | --- |',
    ...times,
    '',
    ...answers,
  ].join('\n')
}
