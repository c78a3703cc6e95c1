import { reference } from '@lockstep/backend-reference'
import { describe, it } from 'vitest'
import { trainingTests } from './training-tests.ts'

trainingTests({ name: 'reference', backend: reference }, { describe, it })
