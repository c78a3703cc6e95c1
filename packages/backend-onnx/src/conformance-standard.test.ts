import { backendTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { onnx } from './onnx.ts'

// What runs where the engine has no operations for blocked images.
const backend = () => onnx({ blockedChannels: false })

backendTests({ name: 'onnx without blocked channels', backend }, { describe, it })
