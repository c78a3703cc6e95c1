import { Command } from 'commander'
import { circumstances, describeCircumstances } from '../machine.ts'
import { modelOption, modelsOf, positiveInteger } from '../options.ts'
import { appendResult } from '../results.ts'
import { updateBenchmark } from './update-benchmark.ts'

interface Options {
  readonly model: 'mlp' | 'cnn' | 'all'
  readonly rounds: number
}

export function updateCommand(): Command {
  return new Command('update')
    .description('The learner’s pass over all weights: compiled to WebAssembly beside the JavaScript fallback.')
    .addOption(modelOption())
    .option('--rounds <n>', 'updates of each kind', positiveInteger, 100)
    .action(({ model: choice, rounds }: Options) => {
      const before = circumstances()
      const results = modelsOf(choice).map((model) => updateBenchmark(model, rounds))
      console.log(`${describeCircumstances(before)}; median of ${rounds}\n`)
      console.log(
        '| model | learner | weights | WebAssembly | JavaScript fallback | ratio |\n| --- | --- | --- | --- | --- | --- |',
      )
      for (const { model, learner, parameters, simdMs, javascriptMs } of results) {
        const cells = [`${simdMs.toFixed(2)} ms`, `${javascriptMs.toFixed(2)} ms`, (javascriptMs / simdMs).toFixed(1)]
        console.log(`| ${[`mnist_${model}`, learner, parameters, ...cells].join(' | ')} |`)
      }
      console.log(`\nKept in ${appendResult('update', { circumstances: before, rounds, results })}`)
    })
}
