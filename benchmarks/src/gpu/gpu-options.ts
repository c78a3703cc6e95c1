import { parseArgs } from 'node:util'
import { LockstepError } from '@lockstep/core'
import { type GpuModelName, gpuModels } from './gpu-models.ts'
import { type GpuOptions, gpuParts } from './gpu-run.ts'

const config = {
  device: { type: 'string', multiple: true },
  part: { type: 'string', multiple: true },
  model: { type: 'string', multiple: true },
  test: { type: 'string', multiple: true },
  'batch-size': { type: 'string', default: '128' },
  samples: { type: 'string' },
  epochs: { type: 'string', default: '2' },
  steps: { type: 'string', default: '20' },
  python: { type: 'string', default: 'python3' },
  timeout: { type: 'string', default: '600' },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/** What `gpu run` takes. */
export const gpuRunHelp: string = `Usage: gpu run [options]

  --device <id>      a device; may be repeated (default: every GPU)
  --part <name>      ${gpuParts.join(', ')}; may be repeated (default: all)
  --model <name>     ${Object.keys(gpuModels).join(', ')}; may be repeated (default: all)
  --test <text>      tests of the kits whose names contain it; may be repeated (default: all)
  --batch-size <n>   images of a step (128)
  --samples <n>      images of an epoch (those of MNIST and CIFAR)
  --epochs <n>       epochs that count, after one that compiles (2)
  --steps <n>        steps whose losses are compared (20)
  --python <path>    a Python with PyTorch; none leaves the peer out (python3)
  --timeout <s>      seconds that one process may take (600)
  --json <file>      also write everything there as JSON`

/** Reads the arguments of `gpu run`; undefined where help is asked for. Throws `invalid-argument`. */
export function parseGpuOptions(args: readonly string[]): (GpuOptions & { readonly json?: string }) | undefined {
  const { values } = parse(args)
  if (values.help) return undefined
  return {
    ...(values.device && { devices: values.device }),
    parts: known('part', values.part, gpuParts),
    models: known('model', values.model, Object.keys(gpuModels) as GpuModelName[]),
    tests: values.test ?? [],
    batchSize: integer('batch-size', values['batch-size']),
    ...(values.samples !== undefined && { samples: integer('samples', values.samples) }),
    epochs: integer('epochs', values.epochs),
    steps: integer('steps', values.steps),
    python: values.python,
    timeoutMs: 1000 * integer('timeout', values.timeout),
    ...(values.json !== undefined && { json: values.json }),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: config })
  } catch (cause) {
    throw invalid('gpu run', cause instanceof Error ? cause.message : String(cause))
  }
}

function known<T extends string>(name: string, given: readonly string[] | undefined, all: readonly T[]): readonly T[] {
  if (given === undefined) return all
  const wrong = given.find((value) => !(all as readonly string[]).includes(value))
  if (wrong !== undefined) throw invalid(name, `--${name} is ${wrong}; expected ${all.join(', ')}`)
  return given as readonly T[]
}

function integer(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw invalid(name, `--${name} is ${text}; expected a whole number from 1`)
}

function invalid(argument: string, message: string): LockstepError {
  return new LockstepError('invalid-argument', { argument }, message)
}
