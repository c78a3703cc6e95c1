import { backendTests, graphUpdates, trainingTests, updateTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { whereInstalled } from './engine.fixture.ts'
import { engineTests } from './engine-tests.fixture.ts'
import { tfjs } from './tfjs.ts'

const subject = { name: 'tfjs on cpu', backend: () => tfjs({ engine: 'cpu' }) } as const

await whereInstalled('cpu', () => {
  backendTests(subject, { describe, it })
  trainingTests(subject, { describe, it })
  updateTests(graphUpdates(subject), { describe, it })
  engineTests('cpu')
})
