import { type Envelope, showWords, type Transport } from '@lockstep/collectives'
import { isLockstepError, LockstepError } from '@lockstep/core'
import type { Group } from './group.ts'
import { expectSameBits, pattern } from './numbers.ts'
import { expectReason } from './patience.ts'
import { envelopeOf, type TransportTest } from './transport-test.ts'

const differences: Readonly<Record<string, Partial<Envelope>>> = {
  operation: { operation: 'broadcast' },
  sequence: { sequence: 4 },
  part: { part: 1 },
  dtype: { dtype: 'float64' },
  count: { count: 26 },
  root: { root: 1 },
}

/** What ends a group ends it for every rank, with the reason. */
export const endTests: Readonly<Record<string, TransportTest>> = {
  ...Object.fromEntries(
    Object.entries(differences).map(([field, other]) => [
      `a message of another ${field} ends the group, naming both sides`,
      { ranks: 2, run: (group: Group<Transport>) => expectMismatch(group, { ...envelopeOf(3), ...other }, 100) },
    ]),
  ),
  'a message of another length ends the group, naming both sides': {
    ranks: 2,
    run: (group) => expectMismatch(group, envelopeOf(3), 104),
  },
  'abort ends the group on every rank, with the reason': {
    ranks: 2,
    async run(group) {
      const pending = group.members.map((member, rank) =>
        group.rejected(`pending receive of rank ${rank}`, waiting(member, group.worldSize)),
      )
      const reason = new LockstepError('invalid-state', { object: 'test' }, 'the test has had enough')
      group.members[0]?.abort(reason)
      for (const error of await Promise.all(pending)) expectReason('pending receive', error, undefined, reason.message)
      await expectEnded(group, group.members, undefined, reason.message)
    },
  },
  'a rank that dies ends the group, and is named': {
    ranks: 2,
    async run(group) {
      const dead = group.worldSize - 1
      const survivors = group.members.slice(0, dead)
      const pending = survivors.map((member) =>
        group.rejected(`receive from rank ${dead}`, member.receive(dead, envelopeOf(0), new Uint8Array(8))),
      )
      await group.killLast()
      for (const error of await Promise.all(pending)) {
        expectReason('receive from the dead', error, 'peer-lost', `rank ${dead}`)
        if (isLockstepError(error) && !('ranks' in error.details && error.details.ranks.includes(dead)))
          throw new Error(`details do not name rank ${dead}: ${JSON.stringify(error.details)}`)
      }
      await expectEnded(group, survivors, 'peer-lost', `rank ${dead}`)
    },
  },
  'what a rank sent before it left is received': {
    ranks: 2,
    async run({ members, settled }) {
      const [first, second] = members as [Transport, Transport]
      for (const [index, length] of [10, 40_000, 0].entries())
        await settled('send', first.send(1, envelopeOf(index), pattern(length, index)))
      const leaving = first[Symbol.asyncDispose]()
      for (const [index, length] of [10, 40_000, 0].entries()) {
        const into = new Uint8Array(length)
        await settled(`message ${index}`, second.receive(0, envelopeOf(index), into))
        expectSameBits(`message ${index}`, into, pattern(length, index))
      }
      await settled('disposal', leaving)
    },
  },
  'disposal rejects what is pending, may be repeated, and is the end': {
    ranks: 2,
    async run({ members: [first], settled, rejected }) {
      const transport = first as Transport
      const pending = rejected('pending receive', transport.receive(1, envelopeOf(0), new Uint8Array(3)))
      await settled('first disposal', transport[Symbol.asyncDispose]())
      await settled('second disposal', transport[Symbol.asyncDispose]())
      expectReason('pending receive', await pending, 'disposed')
      const later = transport.receive(1, envelopeOf(0), new Uint8Array(3))
      expectReason('receive', await rejected('receive', later), 'disposed')
      const send = transport.send(1, envelopeOf(0), new Uint8Array(3))
      expectReason('send', await rejected('send', send), 'disposed')
    },
  },
}

/** Rank 1 sends what rank 0 does not expect. */
async function expectMismatch(group: Group<Transport>, sent: Envelope, byteLength: number): Promise<void> {
  const { members, rejected } = group
  const [first, second] = members as [Transport, Transport]
  const waits = members.slice(1).map((member) => rejected('waiting rank', waiting(member, group.worldSize)))
  second.send(0, sent, new Uint8Array(byteLength)).catch(() => {})
  const error = await rejected('receive', first.receive(1, envelopeOf(3), new Uint8Array(100)))
  const words = [showWords({ ...sent, byteLength }), showWords({ ...envelopeOf(3), byteLength: 100 })]
  expectReason('receive', error, 'rank-mismatch', 'rank 0', 'rank 1', ...words)
  for (const other of await Promise.all(waits)) expectReason('waiting rank', other, 'rank-mismatch', ...words)
  await expectEnded(group, members, 'rank-mismatch', ...words)
}

function waiting(member: Transport, worldSize: number): Promise<void> {
  return member.receive((member.rank + 1) % worldSize, envelopeOf(9), new Uint8Array(1))
}

/** `aborted` has resolved and every later call rejects. */
async function expectEnded(
  { settled, rejected, worldSize }: Group<Transport>,
  members: readonly Transport[],
  code: string | undefined,
  ...parts: readonly string[]
): Promise<void> {
  for (const member of members) {
    const peer = (member.rank + 1) % worldSize
    expectReason('aborted', await settled(`aborted of rank ${member.rank}`, member.aborted), code, ...parts)
    const receive = rejected('later receive', member.receive(peer, envelopeOf(9), new Uint8Array(1)))
    expectReason('later receive', await receive, code, ...parts)
    const send = rejected('later send', member.send(peer, envelopeOf(9), new Uint8Array(1)))
    expectReason('later send', await send, code, ...parts)
  }
}
