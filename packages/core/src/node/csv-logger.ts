import { appendFile, stat, writeFile } from 'node:fs/promises'
import { requireArgument } from '../arguments.ts'
import { floatRepr } from '../callbacks/python-format.ts'
import type { Callback, Logs } from '../training/callback.ts'

/** Options of {@link csvLogger}. */
export interface CsvLoggerOptions {
  readonly filename: string
  /** One character; `,` by default. */
  readonly separator?: string
  /** Goes on with the file that is there; a file with content gets no second header. False by default. */
  readonly append?: boolean
}

/**
 * Writes the figures of every epoch as a line of a CSV file: `epoch`, from 0, and the figures in the order of their
 * names. The first epoch decides which; one that is missing later is `NA`. Lines end in CR LF and numbers are written
 * as Keras 2.0.4 does under Python 3. Every line is on disk, and the file closed, before training goes on. Of several
 * ranks only rank 0 writes.
 */
export function csvLogger(options: CsvLoggerOptions): Callback {
  const separator = options.separator ?? ','
  requireArgument('csvLogger', 'separator', separator, /^[^"\r\n]$/u.test(separator), 'one character that is no quote')
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell) => quoted(cell, separator)).join(separator)}\r\n`
  let names: readonly string[] | undefined
  let hasHeader = false
  return {
    rankZeroOnly: true,
    onTrainBegin: async () => {
      names = undefined
      hasHeader = options.append === true && (await sizeOf(options.filename)) > 0
      if (options.append !== true) await writeFile(options.filename, '')
    },
    onEpochEnd: async (epoch, logs) => {
      const header = names === undefined && !hasHeader
      names ??= Object.keys(logs).sort()
      const row = line([String(epoch), ...names.map((name) => cell(logs, name))])
      await appendFile(options.filename, header ? line(['epoch', ...names]) + row : row)
    },
  }
}

function cell(logs: Logs, name: string): string {
  const value = logs[name]
  return value === undefined ? 'NA' : floatRepr(value)
}

function quoted(text: string, separator: string): string {
  return text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

async function sizeOf(filename: string): Promise<number> {
  try {
    return (await stat(filename)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}
