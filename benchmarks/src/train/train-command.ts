import { Command, Option } from 'commander'
import { modelOption, modelsOf, positiveInteger, wholeNumber } from '../options.ts'
import { appendResult } from '../results.ts'
import { roundLine, trainSummary } from './print.ts'
import { type TrainOptions, trainBenchmark } from './train-benchmark.ts'

type Options = Omit<TrainOptions, 'steps' | 'onRound'> & {
  readonly model: 'mlp' | 'cnn' | 'all'
  readonly steps?: number
}

/** A turn should last a second or more, so that it outweighs the pause before it. */
const defaultSteps = { mlp: 200, cnn: 40 }

/** MNIST's training set must hold a turn's samples. */
const samplesAtMost = 60_000

export function trainCommand(): Command {
  return new Command('train')
    .description('Whole training steps beside a peer, in turns on the same cores.')
    .addOption(modelOption())
    .option('--rounds <n>', 'rounds that count', positiveInteger, 7)
    .option('--warm-ups <n>', 'rounds before those', wholeNumber, 2)
    .option('--steps <n>', 'steps of a turn (default: 200 for mlp, 40 for cnn)', positiveInteger)
    .option('--threads <n>', 'threads of either side', positiveInteger, 2)
    .option('--batch-size <n>', 'images of a step', positiveInteger, 128)
    .addOption(new Option('--peer <name>', 'who runs beside').choices(['torch', 'none']).default('torch'))
    .addOption(new Option('--engine <name>', 'binding of our backend').choices(['auto', 'c-api', 'js']).default('auto'))
    .action(async (options: Options, command: Command) => {
      for (const model of modelsOf(options.model)) {
        const steps = options.steps ?? defaultSteps[model]
        if (steps * options.batchSize > samplesAtMost) {
          const most = Math.floor(samplesAtMost / options.batchSize)
          command.error(`error: --steps ${steps} needs more images than MNIST has; expected at most ${most}`)
        }
        const onRound: TrainOptions['onRound'] = (round, turns) => console.log(roundLine(round, turns))
        const result = await trainBenchmark(model, { ...options, steps, onRound })
        console.log(trainSummary(result))
        console.log(`\nKept in ${appendResult('train', result)}`)
      }
    })
}
