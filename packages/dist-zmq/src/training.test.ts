import { type GroupSubject, listDistributedTrainingTests } from '@lockstep/conformance'
import { describe, it } from 'vitest'
import { connect } from './connect.ts'
import { type Lane, lanes } from './lanes/lane.ts'
import { freePort } from './launch/free-port.ts'
import type { ConnectedCommunicator } from './thread/thread-communicator.ts'

const tests = listDistributedTrainingTests()
/** The kit goes through a group in memory in @lockstep/conformance; here it is about arenas and threads. */
const some = ['trainings one after the other are those of one process']
const ids = process.env['LOCKSTEP_SLOW_TESTS'] === undefined ? some : Object.keys(tests)

describe.each(lanes)('over %s', (lane) => {
  it.each(ids)('%s', async (id) => {
    const test = tests[id]
    if (!test) throw new Error(`The kit has no test ‘${id}’.`)
    await test(subjectOf(lane))
  })
})

/** Groups whose ranks are all in this process, each with its communication thread. */
function subjectOf(lane: Lane): GroupSubject {
  const group = async (worldSize: number): Promise<ConnectedCommunicator[]> => {
    const rendezvous = `127.0.0.1:${await freePort()}`
    const ranks = Array.from({ length: worldSize }, (_, rank) => connect({ rank, worldSize, rendezvous, lane }))
    return Promise.all(ranks)
  }
  return { name: lane, group }
}
