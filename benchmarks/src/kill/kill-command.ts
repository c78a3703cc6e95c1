import { Command } from 'commander'
import { circumstances, describeCircumstances } from '../machine.ts'
import { positiveInteger } from '../options.ts'
import { appendResult } from '../results.ts'
import { showQuartiles, spread } from '../statistics.ts'
import { killOnce } from './kill-benchmark.ts'

interface Options {
  readonly ranks: number
  readonly rounds: number
}

const lanes = ['shm', 'file', 'tcp', 'zmq'] as const

export function killCommand(): Command {
  return new Command('kill')
    .description('Kills a rank in the middle of a sum, and measures how soon each of the others names it.')
    .option('--ranks <n>', 'processes', positiveInteger, 3)
    .option('--rounds <n>', 'kills per lane, of each rank in turn', positiveInteger, 9)
    .action(async ({ ranks, rounds }: Options) => {
      const before = circumstances()
      console.log(describeCircumstances(before))
      const times = new Map(lanes.map((lane) => [lane, [] as number[]]))
      for (let round = 0; round < rounds; round++) {
        for (const lane of lanes) times.get(lane)?.push(...(await killOnce(lane, ranks, round % ranks)))
        console.log(`round ${round + 1} of ${rounds}`)
      }
      console.log(`\nMilliseconds from kill -9 of one of ${ranks} ranks until another has an error that names it\n`)
      console.log('| lane | median | quartiles | longest |\n| --- | --- | --- | --- |')
      for (const [lane, all] of times) {
        const ms = spread(all)
        console.log(`| ${lane} | ${ms.median.toFixed(0)} | ${showQuartiles(ms, 0)} | ${Math.max(...all).toFixed(0)} |`)
      }
      const rows = [...times].map(([lane, ms]) => ({ lane, ms }))
      console.log(`\nKept in ${appendResult('kill', { circumstances: before, ranks, rounds, rows })}`)
    })
}
