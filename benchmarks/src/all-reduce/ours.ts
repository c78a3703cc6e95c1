import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { LockstepError } from '@lockstep/core'
import { freePort, localVariables, memoryVariables, nodeCommand } from '@lockstep/dist-zmq/launch'
import type { Cell, Timing } from './cells.ts'
import type { FromRank, ToRank, Way } from './protocol.ts'

/** A turn of our own ranks: processes are started, measured and ended. Rejects with `engine-failure` where one fails. */
export async function ourTurn(way: Way, worldSize: number, cells: readonly Cell[]): Promise<readonly Timing[]> {
  const program = fileURLToPath(new URL('./rank.js', import.meta.url))
  const ranks = Array.from({ length: worldSize }, (_, rank) => {
    // As the launcher starts ranks.
    const env = {
      ...memoryVariables,
      ...localVariables({ localRank: rank, localWorldSize: worldSize }),
      ...process.env,
    }
    return fork(program, { serialization: 'advanced', execArgv: [...nodeCommand([]).args], env })
  })
  const rendezvous = `127.0.0.1:${await freePort()}`
  try {
    const timings = conduct(ranks, way)
    for (const [rank, child] of ranks.entries()) {
      child.send({ kind: 'start', way, rank, worldSize, rendezvous, cells } satisfies ToRank)
    }
    const result = await timings
    await Promise.all(ranks.map((child) => (child.exitCode === null ? once(child, 'exit') : undefined)))
    return result
  } finally {
    for (const child of ranks) child.kill('SIGKILL')
  }
}

/** Passes on what ranks say to all, until all are done; resolves with rank 0's timings. */
function conduct(ranks: readonly ChildProcess[], way: Way): Promise<readonly Timing[]> {
  const said: unknown[][] = ranks.map(() => [])
  const done: (readonly Timing[])[] = []
  let finished = 0
  return new Promise((resolve, reject) => {
    const failed = (rank: number, how: string): void =>
      reject(new LockstepError('engine-failure', { engine: way.lane }, `rank ${rank} over ${way.lane} ${how}`))
    const hear = (rank: number, message: FromRank): void => {
      if (message.kind === 'failed') failed(rank, message.error)
      else if (message.kind === 'done') {
        done[rank] = message.timings
        finished++
        if (finished === ranks.length) resolve(done[0] as readonly Timing[])
      } else {
        said[rank]?.push(message.value)
        if (said.every((values) => values.length > 0))
          tell(
            ranks,
            said.map((values) => values.shift()),
          )
      }
    }
    for (const [rank, child] of ranks.entries()) {
      child.on('message', (message) => hear(rank, message as FromRank))
      // Comes after all messages, other than the end of the process.
      child.once('disconnect', () => done[rank] ?? failed(rank, 'ended before it was done'))
    }
  })
}

function tell(ranks: readonly ChildProcess[], values: readonly unknown[]): void {
  for (const child of ranks) child.send({ kind: 'said', values } satisfies ToRank)
}
