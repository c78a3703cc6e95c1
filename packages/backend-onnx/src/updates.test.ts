import { graphUpdates, updateTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { onnx } from './onnx.ts'

// Learners as graphs, the way a device without host memory runs them.
for (const engine of ['c-api', 'js'] as const) {
  updateTests(graphUpdates({ name: `onnx through ${engine}`, backend: () => onnx({ engine }) }), { describe, it })
}
