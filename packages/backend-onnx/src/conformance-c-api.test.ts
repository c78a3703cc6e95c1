import { backendTests, trainingTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { onnx } from './onnx.ts'

const subject = { name: 'onnx through the C API', backend: () => onnx({ engine: 'c-api' }) } as const

backendTests(subject, { describe, it })
trainingTests(subject, { describe, it })
