import { backendTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { onnx } from './onnx.ts'

backendTests({ name: 'onnx through the JavaScript binding', backend: () => onnx({ engine: 'js' }) }, { describe, it })
