import { backendTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { onnx } from './onnx.ts'

backendTests({ name: 'onnx through the C API', backend: () => onnx({ engine: 'c-api' }) }, { describe, it })
