import { createShmWindow, joinShmWindow, type Transport } from '@lockstep/collectives'
import { describe } from 'vitest'
import { groupKits } from './group-kits.fixture.ts'

function group(worldSize: number): Promise<Transport[]> {
  const base = { worldSize, job: 'conformance', generation: 0 }
  const path = createShmWindow({ ...base, rank: 0 })
  // All ranks are in one thread here, so none of them may sleep while it waits.
  const how = { path, longestSleepMs: 0, timeoutMs: 10_000 }
  return Promise.all(Array.from({ length: worldSize }, (_, rank) => joinShmWindow({ ...base, ...how, rank })))
}

describe.runIf(process.platform === 'linux')('on Linux', () => groupKits({ name: 'shared memory', group }))
