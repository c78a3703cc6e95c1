import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { help, type SharedWork, takePieces } from '../apply/shared-work.ts'
import { memoryImport } from '../wasm/encoder.ts'
import { availableThreads } from './available-threads.ts'

/** More of them wait for memory, not for a processor. */
const most = 3

/**
 * Starts threads that take part in the passes of `work`, for a caller that may use `threads` of them (default:
 * those available) and is one itself; undefined where that leaves none. They do not keep the process alive.
 */
export function updateHelpers(threads: number | undefined): ((work: SharedWork) => Disposable) | undefined {
  const count = Math.min(threads ?? availableThreads(), availableParallelism(), most + 1) - 1
  return count < 1 ? undefined : (work) => start(work, count)
}

function start(work: SharedWork, count: number): Disposable {
  const workers = Array.from({ length: count }, () => {
    // As text, since sources and built files differ in name, and bundlers move them.
    const worker = new Worker(script, { eval: true, workerData: work, name: 'lockstep update', execArgv: [] })
    worker.unref()
    return worker
  })
  return {
    [Symbol.dispose]() {
      for (const worker of workers) void worker.terminate()
    },
  }
}

const script = `
  const { workerData } = require('node:worker_threads')
  const instantiate = ({ module, memory }) =>
    new WebAssembly.Instance(module, { ${memoryImport.module}: { ${memoryImport.name}: memory } }).exports
  ;(${help})(workerData, ${takePieces}, instantiate)
`
