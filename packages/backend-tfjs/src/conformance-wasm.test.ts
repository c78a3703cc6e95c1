import { backendTests, trainingTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { tfjs } from './tfjs.ts'

const subject = { name: 'tfjs on wasm', backend: () => tfjs({ engine: 'wasm' }) } as const

backendTests(subject, { describe, it })
trainingTests(subject, { describe, it })
