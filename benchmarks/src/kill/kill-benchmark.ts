import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LockstepError } from '@lockstep/core'
import { freePort, memoryVariables, nodeFlags } from '@lockstep/dist-zmq/launch'
import { type FromRank, now, type RankArguments } from './protocol.ts'

/** How long a group lives before one of its ranks is killed, at a moment that has nothing to do with its calls. */
const lifeMs = 200

/**
 * Kills rank `victim` of a group in the middle of its calls; resolves with the milliseconds until each of the others had
 * an error that names it. Rejects with `engine-failure` where one names something else.
 */
export async function killOnce(
  lane: RankArguments['lane'],
  worldSize: number,
  victim: number,
): Promise<readonly number[]> {
  const rendezvous = `127.0.0.1:${await freePort()}`
  const ranks = Array.from({ length: worldSize }, (_, rank) => start({ rank, worldSize, rendezvous, lane }))
  try {
    await Promise.all(ranks.map((child, rank) => said(child, rank, 'running')))
    await sleep(lifeMs * (1 + Math.random()))
    const survivors = ranks.map((child, rank) => (rank === victim ? undefined : said(child, rank, 'ended')))
    const killed = now()
    ranks[victim]?.kill('SIGKILL')
    const ends = await Promise.all(survivors)
    return ends.flatMap((end, rank) => (end === undefined ? [] : [named(end, rank, victim).at - killed]))
  } finally {
    for (const child of ranks) child.kill('SIGKILL')
  }
}

function start(rank: RankArguments): ChildProcess {
  const program = fileURLToPath(new URL('./rank.js', import.meta.url))
  const env = { ...memoryVariables, ...process.env }
  return fork(program, [JSON.stringify(rank)], { execArgv: [...nodeFlags], env })
}

function said<K extends FromRank['kind']>(
  child: ChildProcess,
  rank: number,
  kind: K,
): Promise<Extract<FromRank, { kind: K }>> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromRank) => {
      if (message.kind === kind) resolve(message as Extract<FromRank, { kind: K }>)
    })
    child.once('exit', () => reject(failure(`rank ${rank} ended before it was ${kind}`)))
  })
}

function named(
  end: Extract<FromRank, { kind: 'ended' }>,
  rank: number,
  victim: number,
): Extract<FromRank, { kind: 'ended' }> {
  if (end.message.startsWith(`rank ${victim} (`)) return end
  throw failure(`rank ${victim} was killed, but rank ${rank} says: ${end.message}`)
}

function failure(message: string): LockstepError {
  return new LockstepError('engine-failure', { engine: 'ranks' }, message)
}
