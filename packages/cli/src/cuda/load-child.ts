/**
 * A program: `node load-child.js FILE…` loads shared libraries in that order, as ONNX Runtime's backend does, and prints
 * the failures as JSON: reasons by file. Those of a missing driver do not count.
 */
import { asBackendOnnx, packages } from './dependency.ts'

interface Koffi {
  load(path: string): unknown
}

const koffi = asBackendOnnx(packages.calls) as Koffi

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
