import { reference } from '@lockstep/backend-reference'
import { describe, it } from 'vitest'
import { graphUpdates, hostUpdates } from './update-subject.ts'
import { updateTests } from './update-tests.ts'

updateTests(graphUpdates({ name: 'reference', backend: reference }), { describe, it })
updateTests(hostUpdates({ simd: true }), { describe, it })
updateTests(hostUpdates({ simd: true, shared: true }), { describe, it })
updateTests(hostUpdates({ simd: false }), { describe, it })
