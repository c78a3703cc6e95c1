import { appendFileSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where measurements are kept: `benchmarks/results`, which git ignores. */
export const resultsFolder: string = fileURLToPath(new URL('../results/', import.meta.url))

/** Appends one line of JSON to `<name>.jsonl` in the results' folder; returns the file. */
export function appendResult(name: string, result: object): string {
  mkdirSync(resultsFolder, { recursive: true })
  const file = `${resultsFolder}${name}.jsonl`
  appendFileSync(file, `${JSON.stringify(result)}\n`)
  return file
}
