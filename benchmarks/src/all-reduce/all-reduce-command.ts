import { Command } from 'commander'
import { circumstances, describeCircumstances } from '../machine.ts'
import { positiveInteger } from '../options.ts'
import { appendResult } from '../results.ts'
import { medianOf, ours, type Results, raceAllReduce, ratioTo } from './all-reduce-benchmark.ts'
import { showBytes } from './cells.ts'
import { type NativePeer, nativePeers } from './native-peers.ts'

interface Options {
  readonly bytes: readonly number[]
  readonly ranks: number
  readonly rounds: number
  readonly only?: string
}

const anchors: Readonly<Record<string, readonly string[]>> = {
  'Open MPI': ['Open MPI', 'Open MPI, tuned'],
  Gloo: ['Gloo ring', 'Gloo halving'],
  'C floor': ['C floor'],
}

export function allReduceCommand(): Command {
  return new Command('all-reduce')
    .description('Sums between processes of this machine, every lane beside Open MPI, Gloo and a floor in C, in turns.')
    .option('--bytes <list>', 'sizes of the array, with commas', sizes, [26_214_400, 1_048_576, 1024])
    .option('--ranks <n>', 'processes', positiveInteger, 2)
    .option('--rounds <n>', 'rounds', positiveInteger, 9)
    .option('--only <text>', 'only those of ours whose name holds this')
    .action(async ({ bytes, ranks, rounds, only = '' }: Options) => {
      const before = circumstances()
      console.log(describeCircumstances(before))
      const { peers, missing } = await nativePeers()
      for (const { name, reason } of missing) console.log(`not there: ${name}: ${reason}`)
      const own = ours().filter(({ name }) => name.includes(only))
      const contestants = [...peers, ...own]
      const results = await raceAllReduce(
        contestants,
        { bytes, ranks, rounds, onRound: (round) => console.log(`round ${round} of ${rounds}`) },
        (name, { message }) => console.log(`${name} failed: ${message.split('\n')[0]}`),
      )
      const names = contestants.map(({ name }) => name)
      for (const size of bytes) console.log(table(results, names, peers, size, ranks))
      const rows = names.map((name) => ({ name, ms: Object.fromEntries(results.get(name) ?? []) }))
      console.log(`\nKept in ${appendResult('all-reduce', { circumstances: before, ranks, rounds, rows })}`)
    })
}

function table(
  results: Results,
  names: readonly string[],
  peers: readonly NativePeer[],
  size: number,
  ranks: number,
): string {
  const columns = Object.entries(anchors).filter(([, all]) => peers.some(({ name }) => all.includes(name)))
  const head = ['', 'median ms', ...columns.map(([name]) => `÷ ${name}`)]
  const rows = names.map((name) => {
    const ratios = columns.map(([, all]) => showRatio(ratioTo(results, name, all, size)))
    return [name, medianOf(results, name, size).toPrecision(3), ...ratios]
  })
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `\n${showBytes(size)}, ${ranks} ranks: median over rounds; ratios of times round by round (quartiles)\n\n${lines.join('\n')}`
}

function showRatio(ratio: ReturnType<typeof ratioTo>): string {
  if (ratio === undefined) return '–'
  return `${ratio.median.toFixed(2)} (${ratio.lower.toFixed(2)}–${ratio.upper.toFixed(2)})`
}

function sizes(text: string): number[] {
  return text.split(',').map((size) => {
    const bytes = positiveInteger(size)
    return Math.ceil(bytes / 4) * 4
  })
}
