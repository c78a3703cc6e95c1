import { backendTests, trainingTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { tfjs } from './tfjs.ts'

const subject = { name: 'tfjs on cpu', backend: () => tfjs({ engine: 'cpu' }) } as const

backendTests(subject, { describe, it })
trainingTests(subject, { describe, it })
