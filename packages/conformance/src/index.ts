export { backendTests, listBackendTests, type Runner, type TestId, type Waiver } from './backend-tests.ts'
export { defaultTolerance, type Tolerance } from './compare.ts'
export type { Subject } from './subject.ts'
export { trainingTests } from './training-tests.ts'
