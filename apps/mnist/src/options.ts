import { Command, InvalidArgumentError, Option } from 'commander'
import { type BackendChoice, chooseBackend, engines } from './backends.ts'
import { type ExampleName, examples } from './models.ts'

/** What the command line asks for. */
export interface Options extends BackendChoice {
  readonly model: ExampleName
  readonly device?: string
  readonly threads?: number
  readonly epochs?: number
  readonly batchSize: number
  readonly learner?: string
  readonly learningRate?: number
  readonly seed: number
  /** A folder with the MNIST files, or `synthetic`. */
  readonly data?: string
  readonly stepsPerExecution: number
  readonly report?: string
  readonly checkpoint?: string
  readonly resume: boolean
  readonly export?: string
  /** Processes that train together on this machine. */
  readonly workers: number | 'auto'
}

/**
 * Reads the command line; prints help or what is wrong and ends the process where there is nothing to run. Throws
 * `unknown-name` for an engine that the backend does not have.
 */
export function parseOptions(argv: readonly string[]): Options {
  const command = new Command('mnist')
    .description('Trains the two Keras MNIST examples and measures them on the test set.')
    .addOption(new Option('--model <name>', 'which example').choices(Object.keys(examples)).default('mlp'))
    .addOption(new Option('--backend <name>', 'what computes').choices(Object.keys(engines)).default('onnx'))
    .option('--engine <name>', `what computes below it (default: the best installed); ${enginesInWords()}`)
    .option('--device <id>', 'a device of the backend, such as cpu:0')
    .option('--threads <n>', 'threads of one step (default: all cores)', positiveInteger)
    .option('--epochs <n>', 'passes over the training data (default: 20 for mlp, 12 for cnn)', positiveInteger)
    .option('--batch-size <n>', 'samples of one update', positiveInteger, 128)
    .option('--learner <name>', 'update rule (default: rmsprop for mlp, adadelta for cnn)')
    .option('--learning-rate <rate>', "default: the learner's own", positiveNumber)
    .option('--seed <n>', 'decides weights, order and dropout', wholeNumber, 0)
    .option('--data <dir|synthetic>', 'folder with the MNIST files, or generated digits')
    .option('--steps-per-execution <n>', 'steps fused into one engine call', positiveInteger, 1)
    .option(
      '--workers <n|auto>',
      'processes that share the batches and the cores; auto: what measures fastest',
      workers,
      1,
    )
    .option('--report <file>', 'write the results as JSON')
    .option('--checkpoint <dir>', 'save the whole state after every epoch')
    .option('--resume', 'go on from the checkpoint', false)
    .option('--export <file>', 'write the trained model as plain ONNX')
    .parse(argv, { from: 'user' })
  const options = command.opts<Options>()
  if (options.resume && options.checkpoint === undefined) command.error('error: --resume needs --checkpoint <dir>')
  // Found out now rather than after the digits were loaded.
  chooseBackend(options)
  return options
}

function enginesInWords(): string {
  const named = Object.entries(engines).filter(([, names]) => names.length > 0)
  return named.map(([backend, names]) => `${backend}: ${names.join(', ')}`).join('; ')
}

/** The arguments that a worker is started with. */
export function withoutWorkers(argv: readonly string[]): string[] {
  return argv.filter((word, index) => !word.startsWith('--workers') && argv[index - 1] !== '--workers')
}

function workers(text: string): number | 'auto' {
  return text === 'auto' ? text : positiveInteger(text)
}

function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  throw new InvalidArgumentError('Expected an integer of at least 1.')
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new InvalidArgumentError('Expected an integer of at least 0.')
}

function positiveNumber(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('Expected a number above 0.')
}
