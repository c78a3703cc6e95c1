import { Command } from 'commander'
import { circumstances } from '../machine.ts'
import { modelOption, modelsOf, positiveInteger } from '../options.ts'
import { appendResult } from '../results.ts'
import type { ModelName } from '../train/protocol.ts'
import type { RunReport } from './curves.ts'
import { gatesOf } from './gates.ts'
import { published } from './published.data.ts'
import { runOnce } from './runs.ts'
import { parityTable } from './table.ts'

interface Options {
  readonly model: 'mlp' | 'cnn' | 'all'
  readonly seeds: number
  readonly epochs?: number
  readonly backend: string
  readonly engine?: string
  readonly threads?: number
}

export function parityCommand(): Command {
  return new Command('parity')
    .description('Learning curves on MNIST beside the published ones; fails when they are not met.')
    .addOption(modelOption())
    .option('--seeds <n>', 'runs to take the mean of: seeds 1 to n', positiveInteger, 3)
    .option('--epochs <n>', 'only the first epochs (default: 20 for mlp, 12 for cnn)', positiveInteger)
    .option('--backend <name>', 'backend of the MNIST app', 'onnx')
    .option('--engine <name>', 'its engine (default: the best that is installed)')
    .option('--threads <n>', 'threads of a step (default: all cores)', positiveInteger)
    .action(async (options: Options) => {
      for (const model of modelsOf(options.model)) {
        if (!(await isMet(model, options))) process.exitCode = 1
      }
    })
}

async function isMet(model: ModelName, { seeds, epochs, backend, engine, threads }: Options): Promise<boolean> {
  const target = published[model]
  const runs: RunReport[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const where = { backend, ...(engine !== undefined && { engine }), ...(threads !== undefined && { threads }) }
    runs.push(await runOnce(model, seed, { epochs: epochs ?? target.epochs, ...where }))
  }
  const gates = gatesOf(runs, target)
  console.log(parityTable(runs, target, gates))
  console.log(`\nKept in ${appendResult('parity', { circumstances: circumstances(), model, gates, runs })}`)
  return gates.every(({ passed }) => passed)
}
