import { testProcesses } from './processes.fixture.ts'

testProcesses('shm', [4])
