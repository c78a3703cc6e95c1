import { describeCircumstances } from '../machine.ts'
import { median } from '../statistics.ts'
import type { GpuReport, LossesRow, SpeedRow } from './gpu-run.ts'

/** The report in Markdown, as docs/performance.md has it. */
export function gpuReport(report: GpuReport): string {
  const { circumstances, devices, options, problems } = report
  return [
    `## GPUs: batch ${options.batchSize}, ${options.epochs} epochs after one that compiles`,
    '',
    `${describeCircumstances(circumstances)}.`,
    '',
    ...devices.map((device) => `- ${device}`),
    ...problems.map((problem) => `- **${problem}**`),
    ...section('Conformance', conformanceLines(report)),
    ...section('Losses of the first steps beside the processor', report.losses.map(lossesLine)),
    ...section('Epochs', speedLines(report.speed)),
    '',
  ].join('\n')
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `### ${title}`, '', ...lines]
}

function conformanceLines({ conformance }: GpuReport): readonly string[] {
  return conformance.flatMap(({ device, outcome }) => {
    if (!outcome.ok) return [`- ${device}: **${firstLine(outcome.reason)}**`]
    const { passed, failures, seconds } = outcome.answer
    const line = `- ${device}: ${passed} passed, ${failures.length} failed (${seconds.toFixed(0)} s)`
    return [line, ...failures.map(({ test, reason }) => `  - ${test}: ${firstLine(reason)}`)]
  })
}

function lossesLine({ device, model, outcome }: LossesRow): string {
  if (!outcome.ok) return `- ${model} on ${device}: **${firstLine(outcome.reason)}**`
  const { losses, difference } = outcome.answer
  const [first = Number.NaN, last = Number.NaN] = [losses[0], losses.at(-1)]
  const range = `${first.toFixed(5)} … ${last.toFixed(5)}`
  return `- ${model} on ${device}: ${losses.length} steps, ${range}, largest relative difference ${difference.toExponential(1)}`
}

function speedLines(rows: readonly SpeedRow[]): readonly string[] {
  if (rows.length === 0) return []
  return [
    '| model, device | contestant | epoch | step | its time ÷ Lockstep’s | first step after | bus per step: to, from the device | GPU memory |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${cells(row, rows).join(' | ')} |`),
    '',
    ...[...new Set(rows.flatMap(({ outcome }) => (outcome.ok ? [`- ${outcome.answer.about}`] : [])))],
  ]
}

function cells(row: SpeedRow, rows: readonly SpeedRow[]): readonly string[] {
  const { device, model, contestant, tf32, outcome } = row
  const where = `${model}, ${device}${tf32 ? ', TF32' : ''}`
  if (!outcome.ok) return [where, contestant, `**${firstLine(outcome.reason)}**`, '', '', '', '', '']
  const { epochSeconds, steps, firstStepSeconds, busBytesPerStep: bus } = outcome.answer
  const epoch = median(epochSeconds)
  const own = rows.find(
    (other) =>
      other.contestant === 'Lockstep' && other.model === model && other.device === device && other.tf32 === tf32,
  )
  const ratio = own?.outcome.ok ? `× ${(epoch / median(own.outcome.answer.epochSeconds)).toFixed(2)}` : ''
  return [
    where,
    contestant,
    `${epoch.toFixed(2)} s`,
    `${((1000 * epoch) / steps).toFixed(2)} ms`,
    contestant === 'Lockstep' ? '1' : ratio,
    `${firstStepSeconds.toFixed(1)} s`,
    bus === undefined ? '' : `${kilobytes(bus.toDevice)}, ${kilobytes(bus.fromDevice)} (${bus.copies} copies)`,
    outcome.peakMemoryBytes === undefined ? '' : `${(outcome.peakMemoryBytes / 2 ** 30).toFixed(1)} GiB`,
  ]
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}

/** The line that says what went wrong, of everything a process printed. */
function firstLine(text: string): string {
  const lines = text.split('\n')
  const telling = lines.find((line) => /(Error|error|unavailable|there is no)\b.*[:(]/.test(line))
  return telling === undefined ? lines.slice(0, 2).join(' ') : `${lines[0]}: ${telling.trim()}`
}
