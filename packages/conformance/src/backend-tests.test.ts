import { reference } from '@lockstep/backend-reference'
import { describe, it } from 'vitest'
import { backendTests } from './backend-tests.ts'

backendTests({ name: 'reference', backend: reference }, { describe, it })
