/** One of our ranks in the benchmark: a process that is told what to do by its parent, see protocol.ts. */
import type { Communicator } from '@lockstep/core'
import { median } from '../statistics.ts'
import type { Cell, Timing } from './cells.ts'
import { openWay } from './open-way.ts'
import type { FromRank, ToRank } from './protocol.ts'

const say = (message: FromRank): boolean | undefined => process.send?.(message)

function hear<K extends ToRank['kind']>(kind: K): Promise<Extract<ToRank, { kind: K }>> {
  return new Promise((resolve) => {
    const listen = (message: ToRank): void => {
      if (message.kind !== kind) return
      process.off('message', listen)
      resolve(message as Extract<ToRank, { kind: K }>)
    }
    process.on('message', listen)
  })
}

async function exchange(value: unknown): Promise<readonly unknown[]> {
  const said = hear('said')
  say({ kind: 'says', value })
  return (await said).values
}

async function measure(group: Communicator, cell: Cell, allocated: boolean): Promise<Timing> {
  const length = cell.bytes / Float32Array.BYTES_PER_ELEMENT
  const array = (): Float32Array => (allocated ? group.allocate(length) : new Float32Array(length))
  const [send, receive] = [array(), array()]
  for (let index = 0; index < length; index++) send[index] = (index % 1000) + group.rank
  const times: number[] = []
  for (let call = -cell.warmUps; call < cell.repeats; call++) {
    const start = performance.now()
    await group.allReduce(send, receive)
    if (call >= 0) times.push(performance.now() - start)
  }
  check(receive, group.worldSize)
  return { bytes: cell.bytes, ms: median(times) }
}

function check(sums: Float32Array, worldSize: number): void {
  const ranks = (worldSize * (worldSize - 1)) / 2
  const wrong = sums.findIndex((sum, index) => sum !== worldSize * (index % 1000) + ranks)
  if (wrong >= 0) throw new Error(`element ${wrong} is ${sums[wrong]}, expected ${worldSize * (wrong % 1000) + ranks}`)
}

try {
  const start = await hear('start')
  await using group = await openWay(start, exchange)
  const timings: Timing[] = []
  for (const cell of start.cells) timings.push(await measure(group, cell, start.way.allocated))
  say({ kind: 'done', timings })
} catch (error) {
  say({ kind: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}
process.disconnect()
