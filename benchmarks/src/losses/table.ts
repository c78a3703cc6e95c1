import { type LossTable, lossTolerance } from './compare-losses.ts'
import { batchSize } from './losses.ts'

/** Losses step by step and how far each engine is from the reference, in Markdown. */
export function lossesTable({ model, data, reference, columns }: LossTable): string {
  const there = columns.filter(({ unavailable }) => unavailable === undefined)
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    `\n## mnist_${model}: losses of the first ${reference.length} steps, batch ${batchSize}, ${data}, seed 1\n`,
    row(['step', 'reference', ...there.map(({ name }) => name)]),
    row(['---', '---', ...there.map(() => '---')]),
    ...reference.map((loss, step) => {
      const all = [loss, ...there.map(({ losses }) => losses[step] ?? Number.NaN)]
      return row([String(step + 1), ...all.map((value) => value.toFixed(7))])
    }),
    row([
      'largest relative difference',
      '',
      ...there.map(({ difference = Number.NaN }) => difference.toExponential(1)),
    ]),
    `\nExpected: at most ${lossTolerance.toExponential(0)}.\n`,
    ...there.map(({ name, engine }) => `- ${name}: ${engine}`),
    ...columns.flatMap(({ name, unavailable }) =>
      unavailable === undefined ? [] : [`- ${name}: not there. ${unavailable}`],
    ),
  ].join('\n')
}
