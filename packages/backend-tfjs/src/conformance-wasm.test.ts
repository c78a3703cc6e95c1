import { backendTests, graphUpdates, trainingTests, updateTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { whereInstalled } from './engine.fixture.ts'
import { engineTests } from './engine-tests.fixture.ts'
import { tfjs } from './tfjs.ts'

const subject = { name: 'tfjs on wasm', backend: () => tfjs({ engine: 'wasm' }) } as const

await whereInstalled('wasm', () => {
  backendTests(subject, { describe, it })
  trainingTests(subject, { describe, it })
  updateTests(graphUpdates(subject), { describe, it })
  engineTests('wasm')
})
