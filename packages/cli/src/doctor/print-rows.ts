import { table } from '../run/table.ts'
import type { Row } from './examine.ts'

const signs: Readonly<Record<Row['status'], string>> = { works: '✔', 'not installed': '–', wrong: '✖', fails: '✖' }

/** The table of what works, and below it what does not: why, and the command that mends it. */
export function printRows(rows: readonly Row[]): string {
  const head = ['', 'backend', 'engine', 'device', 'computes with', 'status', 'step', 'off by']
  const lines = table([head, ...rows.map(cells)])
  const notes = rows.filter(({ reason }) => reason !== undefined).map(note)
  return [...lines, ...notes.flatMap((text) => ['', text])].join('\n')
}

function cells({ backend, engine, device, version, status, stepMilliseconds, deviation }: Row): readonly string[] {
  const step = stepMilliseconds === undefined ? '' : `${stepMilliseconds.toFixed(1)} ms`
  const off = deviation === undefined ? '' : deviation.toExponential(0).replace('0e+0', '0')
  return [signs[status], backend, engine, device ?? '', version ?? '', status, step, off]
}

function note({ backend, engine, device, status, reason = '', remedy }: Row): string {
  const where = [backend, engine, device].filter((part) => part !== undefined).join(' ')
  const text = reason.replaceAll('\n', '\n  ')
  const lines = [`${signs[status]} ${where}: ${text}`, ...(remedy === undefined ? [] : [`  → ${remedy}`])]
  return lines.join('\n')
}
