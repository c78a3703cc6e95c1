import { type Communicator, isLockstepError, LockstepError } from '@lockstep/core'
import type { CommunicatorGroup, CommunicatorTest } from './communicator-test.ts'
import { expectReason } from './patience.ts'

type Call = (member: Communicator) => Promise<unknown>

const sum =
  (length: number, type: Float32ArrayConstructor | Float64ArrayConstructor = Float32Array): Call =>
  (member) =>
    member.allReduce(new type(length))

/** The test of who is named by a timeout, which only ranks that wait for one another directly can pass. */
export const namingTest = 'a call that some ranks do not make names them'

/** What ends a group ends it on every rank, with the reason, and in time. */
export const endTests: Readonly<Record<string, CommunicatorTest>> = {
  'another length ends the group, naming both sides': {
    ranks: 2,
    run: (group) => expectMismatch(group, sum(100), sum(104), '100', '104'),
  },
  'another length of a long array ends the group, naming both sides': {
    ranks: 2,
    run: (group) => expectMismatch(group, sum(100_000), sum(100_001), '100000', '100001'),
  },
  'a short array and a long one end the group, naming both sides': {
    ranks: 2,
    run: (group) => expectMismatch(group, sum(2048), sum(40_000), '2048', '40000'),
  },
  'an empty array and one that is not end the group, naming both sides': {
    ranks: 2,
    run: (group) => expectMismatch(group, sum(0), sum(3), '0 float32', '3 float32'),
  },
  'another dtype ends the group, naming both sides': {
    ranks: 2,
    run: (group) => expectMismatch(group, sum(100), sum(100, Float64Array), 'float32', 'float64'),
  },
  'another dtype of as many bytes ends the group, naming both sides': {
    ranks: 2,
    run: (group) => expectMismatch(group, sum(100), sum(50, Float64Array), 'float32', 'float64'),
  },
  'another operation ends the group, naming both sides': {
    ranks: 2,
    run: (group) =>
      expectMismatch(group, sum(2), (member) => member.allGather(new Uint8Array(8)), 'allReduce', 'allGather'),
  },
  'another order of calls ends the group, naming both sides': {
    ranks: 2,
    run: (group) =>
      expectMismatch(
        group,
        (member) => Promise.all([sum(5)(member), sum(9)(member)]),
        (member) => Promise.all([sum(9)(member), sum(5)(member)]),
        '5 float32',
        '9 float32',
      ),
  },
  'another length of a broadcast ends the group, naming both sides': {
    ranks: 2,
    run: (group) =>
      expectMismatch(
        group,
        (member) => member.broadcast(new Uint8Array(30), 0),
        (member) => member.broadcast(new Uint8Array(31), 0),
        '30',
        '31',
      ),
  },
  'two ranks that both believe to be the root end the group': {
    ranks: 2,
    run: (group) =>
      expectMismatch(
        group,
        (member) => member.broadcast(new Uint8Array(30), 0),
        (member) => member.broadcast(new Uint8Array(30), group.worldSize - 1),
        'rank 0',
        `rank ${group.worldSize - 1}`,
      ),
  },
  'another tag ends the group, naming both': {
    ranks: 2,
    async run(group) {
      const [first, second] = group.members as [Communicator, Communicator]
      first.send(1, 41, new Uint8Array(4)).catch(() => {})
      expectReason('receive', await group.rejected('receive', second.receive(0, 42)), 'rank-mismatch', '41', '42')
      await expectClosed(group, group.members, 'rank-mismatch')
    },
  },
  'abort ends the group on every rank, with the reason': {
    ranks: 2,
    async run(group) {
      const { members, rejected } = group
      const waiting = members.slice(1).map((member) => rejected('pending sum', sum(9)(member)))
      members[0]?.abort(new LockstepError('invalid-state', { object: 'test' }, 'the test has had enough'))
      for (const error of await Promise.all(waiting)) expectReason('pending sum', error, undefined, 'had enough')
      await expectClosed(group, members, undefined, 'had enough')
    },
  },
  'a rank that dies ends the group, and is named': {
    ranks: 2,
    async run(group) {
      const dead = group.worldSize - 1
      const survivors = group.members.slice(0, dead)
      const waiting = survivors.map((member) => group.rejected('pending sum', sum(70_000)(member)))
      await group.killLast()
      for (const error of await Promise.all(waiting)) expectReason('pending sum', error, 'peer-lost', `rank ${dead}`)
      await expectClosed(group, survivors, 'peer-lost', `rank ${dead}`)
    },
  },
  'a call that some ranks do not make ends the group in time': {
    ranks: 2,
    options: { timeoutMs: 150 },
    async run(group) {
      for (const error of await missingRank(group))
        expectReason('waiting sum', error, 'timed-out', 'allReduce', '150 ms')
      await expectClosed(group, group.members.slice(0, -1), 'timed-out')
      // The last one may not have heard, and now meets messages of the call that it did not make.
      await expectClosed(group, group.members.slice(-1), undefined)
    },
  },
  [namingTest]: {
    ranks: 2,
    options: { timeoutMs: 100 },
    async run(group) {
      const missing = group.worldSize - 1
      for (const error of await missingRank(group)) {
        expectReason('waiting sum', error, 'timed-out', `rank ${missing}`)
        if (isLockstepError(error) && !('awaited' in error.details && error.details.awaited.includes(missing)))
          throw new Error(`details do not name rank ${missing}: ${JSON.stringify(error.details)}`)
      }
    },
  },
  'a call may have a timeout of its own': {
    ranks: 2,
    async run(group) {
      const call = (group.members[0] as Communicator).allReduce(new Float32Array(4), undefined, { timeoutMs: 60 })
      expectReason('sum', await group.rejected('sum', call), 'timed-out', '60 ms')
      await expectClosed(group, group.members.slice(0, 1), 'timed-out')
      await expectClosed(group, group.members.slice(1), undefined)
    },
  },
  'disposal rejects what is pending, may be repeated, and is the end': {
    ranks: 2,
    async run({ members: [first], settled, rejected }) {
      const member = first as Communicator
      const pending = rejected('pending sum', sum(3)(member))
      await settled('first disposal', member[Symbol.asyncDispose]())
      await settled('second disposal', member[Symbol.asyncDispose]())
      expectReason('pending sum', await pending, 'disposed')
      expectReason('later sum', await rejected('later sum', sum(3)(member)), 'disposed')
      expectReason('receive', await rejected('receive', member.receive(1, 0)), 'disposed')
      expectReason('all-gather', await rejected('all-gather', member.allGather(new Uint8Array(1))), 'disposed')
    },
  },
  'disposal alone is the end, too': {
    ranks: 1,
    async run({ each, rejected }) {
      await each('sum', (member) => sum(3)(member))
      await each('disposal', (member) => member[Symbol.asyncDispose]())
      await each('later sum', async (member) => {
        expectReason('later sum', await rejected('later sum', sum(3)(member)), 'disposed')
      })
    },
  },
  'arguments that cannot be are refused and harm nobody': {
    ranks: 1,
    async run({ each, rejected, worldSize }) {
      const wrong: Readonly<Record<string, Call>> = {
        'a shorter receive': (member) => member.allReduce(new Float32Array(4), new Float32Array(3)),
        'a receive of another type': (member) => member.allReduce(new Float32Array(4), new Float64Array(4)),
        'a root that there is not': (member) => member.broadcast(new Uint8Array(1), worldSize),
        'a block for itself': (member) => member.send(member.rank, 0, new Uint8Array(1)),
        'a block from nobody': (member) => member.receive(-1, 0),
      }
      await each('wrong calls', async (member) => {
        for (const [what, call] of Object.entries(wrong))
          expectReason(what, await rejected(what, call(member)), 'invalid-argument')
        await sum(4)(member)
      })
    },
  },
}

/** The last rank makes another call than the others: every rank hears of both. */
async function expectMismatch(
  group: CommunicatorGroup,
  expected: Call,
  other: Call,
  ...words: readonly string[]
): Promise<void> {
  const { members, rejected, worldSize } = group
  const calls = members.map((member, rank) => rejected('call', (rank === worldSize - 1 ? other : expected)(member)))
  for (const error of await Promise.all(calls)) expectReason('call', error, 'rank-mismatch', ...words)
  await expectClosed(group, members, 'rank-mismatch', ...words)
}

/** What the sum that the last rank does not join rejects with on the others. */
function missingRank({ members, rejected }: CommunicatorGroup): Promise<Error[]> {
  return Promise.all(members.slice(0, -1).map((member) => rejected('waiting sum', sum(9)(member))))
}

async function expectClosed(
  { rejected }: CommunicatorGroup,
  members: readonly Communicator[],
  code: string | undefined,
  ...parts: readonly string[]
): Promise<void> {
  for (const member of members) expectReason('later sum', await rejected('later sum', sum(2)(member)), code, ...parts)
}
