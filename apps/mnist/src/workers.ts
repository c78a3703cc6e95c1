import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { interruptible } from '@lockstep/core/node'
import { jobFailed, launch, nodeCommand, placeRanks, prepareRanks, runJob } from '@lockstep/dist-zmq/launch'
import type { MeasureOptions } from './measure-step.ts'
import type { Options } from './options.ts'

/** Runs this program again as `workers` ranks on this machine, with the same arguments; `argv` is without `--workers`. */
export async function runWorkers(workers: number, argv: readonly string[]): Promise<void> {
  const { ranks } = await prepareRanks({
    places: placeRanks([{ host: undefined, slots: workers }]),
    command: nodeCommand([built('main.js'), ...argv]),
    env: process.env,
  })
  const failure = await interruptible((signal) => runJob({ ranks, signal }))
  if (failure !== undefined) throw jobFailed(failure)
}

/**
 * The number of workers whose step of the same global batch takes least here, each with its share of the cores; measured
 * one after another, and printed.
 */
export async function fastestWorkers(options: Options, print: (line: string) => void): Promise<number> {
  const { model, backend, engine, batchSize } = options
  const measured: { readonly workers: number; readonly milliseconds: number }[] = []
  for (const workers of candidates(availableParallelism())) {
    const args: [MeasureOptions] = [{ model, backend, batchSize, ...(engine !== undefined && { engine }) }]
    const times = await launch<number>(new URL(`file://${built('measure-step.js')}`), { workers, args, write: silent })
    measured.push({ workers, milliseconds: Math.max(...times) })
  }
  const best = measured.reduce((a, b) => (b.milliseconds < a.milliseconds ? b : a))
  const found = measured.map(({ workers, milliseconds }) => `${workers}: ${milliseconds.toFixed(1)} ms`).join(', ')
  print(`--workers auto: a step of ${batchSize} samples takes with workers ${found}; using ${best.workers}.`)
  return best.workers
}

/** 1, 2, 4 … and all cores. */
function candidates(cores: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(cores)) + 1 }, (_, index) => 2 ** index)
  return [...new Set([...powers, cores])]
}

const silent = { stdout: (): void => undefined, stderr: (): void => undefined }

/** A file of this program as Node runs it, also when this one is run from its source. */
function built(name: string): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? `../dist/${name}` : name, import.meta.url))
}
