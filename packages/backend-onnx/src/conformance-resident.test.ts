import { backendTests, graphUpdates, trainingTests, updateTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { onnx } from './onnx.ts'

// What runs on GPUs, on the processor.
const subject = { name: 'onnx with resident state', backend: () => onnx({ residency: 'device' }) } as const

backendTests(subject, { describe, it })
trainingTests(subject, { describe, it })
updateTests(graphUpdates(subject), { describe, it })
