import { Command, Option } from 'commander'
import { backendOf } from '../backends.ts'
import { modelOption, modelsOf, positiveInteger, wholeNumber } from '../options.ts'
import { appendResult } from '../results.ts'
import { bestTfjsEngine } from '../tfjs-prefix.ts'
import { type Lineup, type PeerName, peerFor, peers } from './contestants.ts'
import { roundLine, trainSummary } from './print.ts'
import { type TrainOptions, trainBenchmark } from './train-benchmark.ts'

type Options = Omit<TrainOptions, 'steps' | 'onRound' | 'engine' | 'peer'> & {
  readonly model: 'mlp' | 'cnn' | 'all'
  readonly steps?: number
  readonly engine?: string
  readonly peer?: PeerName
}

/** A turn should last a second or more, so that it outweighs the pause before it. */
const defaultSteps = { mlp: 200, cnn: 40 }
/** The engines that take a second for a step of the CNN. */
const slowSteps = { mlp: 40, cnn: 4 }

/** MNIST's training set must hold a turn's samples. */
const samplesAtMost = 60_000

export function trainCommand(): Command {
  return new Command('train')
    .description('Whole training steps beside a peer, in turns on the same cores.')
    .addOption(modelOption())
    .option('--rounds <n>', 'rounds that count', positiveInteger, 7)
    .option('--warm-ups <n>', 'rounds before those', wholeNumber, 2)
    .option(
      '--steps <n>',
      'steps of a turn (default: 200 for mlp, 40 for cnn; 40 and 4 on wasm and cpu)',
      positiveInteger,
    )
    .option('--threads <n>', 'threads of either side', positiveInteger, 2)
    .option('--batch-size <n>', 'images of a step', positiveInteger, 128)
    .addOption(new Option('--backend <name>', 'what ours runs on').choices(['onnx', 'tfjs']).default('onnx'))
    .option('--engine <name>', 'engine of our backend (default: the best that is installed)')
    .addOption(
      new Option('--peer <name>', 'who runs beside (default: whoever suits the engine)').choices(Object.keys(peers)),
    )
    .action(async (options: Options, command: Command) => {
      const lineup = lineupOf(options)
      for (const model of modelsOf(options.model)) {
        const steps = options.steps ?? (isSlow(lineup) ? slowSteps : defaultSteps)[model]
        if (steps * options.batchSize > samplesAtMost) {
          const most = Math.floor(samplesAtMost / options.batchSize)
          command.error(`error: --steps ${steps} needs more images than MNIST has; expected at most ${most}`)
        }
        const onRound: TrainOptions['onRound'] = (round, turns) => console.log(roundLine(round, turns))
        const result = await trainBenchmark(model, { ...options, ...lineup, steps, onRound })
        console.log(trainSummary(result))
        console.log(`\nKept in ${appendResult('train', result)}`)
      }
    })
}

/** Engine and peer as chosen; else the engine that the backend would take itself, and the peer that suits it. */
function lineupOf({ backend, engine, peer, threads }: Options): Lineup {
  const chosen = engine ?? (backend === 'tfjs' ? bestTfjsEngine() : undefined)
  // Throws when the backend has no such engine, before anything is started.
  backendOf(backend, chosen)
  const ours = { backend, ...(chosen !== undefined && { engine: chosen }) }
  return { ...ours, peer: peer ?? peerFor(ours), threads }
}

function isSlow({ backend, engine }: Lineup): boolean {
  return backend === 'tfjs' && !engine?.startsWith('tensorflow')
}
