import { backendTests, trainingTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { onnx } from './onnx.ts'

const subject = { name: 'onnx through the JavaScript binding', backend: () => onnx({ engine: 'js' }) } as const

backendTests(subject, { describe, it })
trainingTests(subject, { describe, it })
