import { readFileSync } from 'node:fs'
import { LockstepError } from '@lockstep/core/errors'
import { asBackendOnnx, packages } from './dependency.ts'

/** The version of the onnxruntime-node that `@lockstep/backend-onnx` loads; throws `unavailable` where there is none. */
export function onnxRuntimeVersion(): string {
  try {
    const manifest = readFileSync(asBackendOnnx.resolve(`${packages.runtime}/package.json`), 'utf8')
    return (JSON.parse(manifest) as { readonly version: string }).version
  } catch (cause) {
    const remedy = 'npm install --ignore-scripts @lockstep/backend-onnx'
    throw new LockstepError(
      'unavailable',
      { what: 'onnxruntime-node', remedy },
      `the CUDA provider has to be of the version of onnxruntime-node, and that is not installed; run: ${remedy}`,
      { cause },
    )
  }
}
