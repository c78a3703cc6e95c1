import { Command } from 'commander'
import { circumstances } from '../machine.ts'
import { modelOption, modelsOf, positiveInteger } from '../options.ts'
import { appendResult } from '../results.ts'
import { compareLosses, lossTolerance } from './compare-losses.ts'
import { lossesTable } from './table.ts'

interface Options {
  readonly model: 'mlp' | 'cnn' | 'all'
  readonly steps: number
}

export function lossesCommand(): Command {
  return new Command('losses')
    .description('The first losses of the same program on every engine, beside the reference; fails when they differ.')
    .addOption(modelOption())
    .option('--steps <n>', 'steps to train', positiveInteger, 10)
    .action(async ({ model: choice, steps }: Options) => {
      for (const model of modelsOf(choice)) {
        const table = await compareLosses(model, steps, ({ name, difference }) => {
          console.log(`mnist_${model} on ${name}: ${difference?.toExponential(1) ?? 'not there'}`)
        })
        console.log(lossesTable(table))
        console.log(`\nKept in ${appendResult('losses', { circumstances: circumstances(), ...table })}`)
        // Written so that NaN fails as well.
        const agree = table.columns.every(({ difference = 0 }) => difference <= lossTolerance)
        if (!agree) process.exitCode = 1
      }
    })
}
