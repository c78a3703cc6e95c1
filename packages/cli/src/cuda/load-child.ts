/**
 * A program: `node load-child.js FILE…` loads shared libraries in that order, as ONNX Runtime's backend does, and prints
 * the failures as JSON: reasons by file. Those of a missing driver do not count.
 */
import { createRequire } from 'node:module'

interface Koffi {
  load(path: string): unknown
}

const fromBackend = createRequire(import.meta.resolve('@lockstep/backend-onnx'))
const koffi = fromBackend('koffi') as Koffi

const failures: Record<string, string> = {}
for (const file of process.argv.slice(2)) {
  try {
    koffi.load(file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (!reason.includes('libcuda.so.1')) failures[file] = reason
  }
}
console.log(JSON.stringify({ failures }))
