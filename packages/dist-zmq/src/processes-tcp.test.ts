import { testProcesses } from './processes.fixture.ts'

testProcesses('tcp', [2])
