import { testProcesses } from './processes.fixture.ts'

testProcesses('zmq', [1, 3])
