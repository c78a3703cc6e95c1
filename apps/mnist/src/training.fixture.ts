import { parseOptions } from './options.ts'
import type { Report } from './report.ts'
import { trainMnist } from './train.ts'

/** Minutes, where other work shares the cores. */
export const patience = 600_000

/** Trains as the command line would, without a progress bar. */
export async function trainQuietly(...argv: string[]): Promise<{ report: Report; printed: string }> {
  const lines: string[] = []
  const report = await trainMnist(parseOptions(argv), { print: (line) => lines.push(line), verbose: 0 })
  return { report, printed: lines.join('\n') }
}

/** Whether the variable `LOCKSTEP_REQUIRE_ENGINES` (names between commas) says that an engine must be there. */
export function isRequired(engine: string): boolean {
  return (process.env['LOCKSTEP_REQUIRE_ENGINES'] ?? '').split(',').some((name) => name.trim() === engine)
}
