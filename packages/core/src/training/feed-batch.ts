import { type Batch, gatherRows } from './batch.ts'
import type { Feed } from './feed.ts'
import { names, type Program } from './program.ts'

/** Copies the data of a batch into the memory of run number `run` of a feed. */
export function feedBatch(feed: Feed, { network, objectives }: Program, batch: Batch, run: number): void {
  const write = (name: string, copy: (memory: Feed['inputs'][string]) => void): void => {
    const memory = feed.inputs[name]
    if (memory === undefined) return
    const length = memory.length / feed.runs
    copy(memory.subarray(run * length, (run + 1) * length))
  }
  for (const [index, { name }] of network.inputs.entries()) {
    const array = batch.inputs[index]
    if (array !== undefined) write(names.input(name), (memory) => gatherRows(array, batch.rows, memory))
  }
  for (const [index, { name }] of objectives.entries()) {
    const [targets, weights] = [batch.targets[index], batch.weights[index]]
    if (targets !== undefined) write(names.target(name), (memory) => gatherRows(targets, batch.rows, memory))
    if (weights !== undefined) write(names.weight(name), (memory) => memory.set(weights))
  }
}
