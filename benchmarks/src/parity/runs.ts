import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LockstepError } from '@lockstep/core'
import { resultsFolder } from '../results.ts'
import type { ModelName } from '../train/protocol.ts'
import type { RunReport } from './curves.ts'

export interface RunOptions {
  readonly epochs: number
  readonly backend: string
  readonly engine?: string
  readonly threads?: number
}

/**
 * Trains in a process of the MNIST app and returns its report, or the one of an earlier run: reports are kept in
 * `results/parity`, so that an interrupted series goes on where it stopped. Remove a report to repeat its run.
 */
export async function runOnce(model: ModelName, seed: number, options: RunOptions): Promise<RunReport> {
  const { epochs, backend, engine, threads } = options
  const folder = join(resultsFolder, 'parity')
  const where = engine === undefined ? backend : `${backend}-${engine}`
  const path = join(folder, `mnist_${model}-${where}-${epochs}-epochs-seed-${seed}.json`)
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true })
    await runApp({
      '--model': model,
      '--seed': seed,
      '--epochs': epochs,
      '--backend': backend,
      '--report': path,
      ...(engine !== undefined && { '--engine': engine }),
      ...(threads !== undefined && { '--threads': threads }),
    })
  }
  return checkedReport(path, epochs)
}

async function runApp(options: Readonly<Record<string, string | number>>): Promise<void> {
  const app = fileURLToPath(import.meta.resolve('@lockstep/mnist/dist/main.js'))
  const args = [app, ...Object.entries(options).flatMap(([name, value]) => [name, String(value)])]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  if (code === 0) return
  throw new LockstepError('engine-failure', { engine: 'mnist' }, `the MNIST app ended with ${code}: ${args.join(' ')}`)
}

function checkedReport(path: string, epochs: number): RunReport {
  const report = JSON.parse(readFileSync(path, 'utf8')) as RunReport
  const invalid = (problem: string, expected: string): LockstepError =>
    new LockstepError('invalid-data', { source: path }, `${path} ${problem}; expected ${expected}`)
  if (report.epochs.length !== epochs) throw invalid(`has ${report.epochs.length} epochs`, `${epochs}; remove it`)
  if (report.data.includes('synthetic')) {
    throw invalid(`is of ${report.data} digits`, 'MNIST itself: remove it and set MNIST_DIR to a folder with its files')
  }
  return report
}
