import { testProcesses } from './processes.fixture.ts'

testProcesses('file', [2])
