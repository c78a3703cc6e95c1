import { createRequire } from 'node:module'

/**
 * Finds files of packages as `@lockstep/backend-onnx` finds them: the copies that it loads, whatever else there is. They
 * are its dependencies and none of ours.
 */
export const asBackendOnnx: NodeJS.Require = createRequire(import.meta.resolve('@lockstep/backend-onnx'))

/** The packages in question. */
export const packages: Readonly<Record<'runtime' | 'calls', string>> = { runtime: 'onnxruntime-node', calls: 'koffi' }
