import type { LockstepError } from '@lockstep/core'
import type { Runner } from '../backend-tests.ts'
import { rejectionOf, within } from './patience.ts'

/** What makes the groups of a kit, whose members are transports or communicators. */
export interface GroupSubject<Member, Options> {
  readonly name: string
  /** Connects a new group and hands out its members in rank order; they may be proxies of other processes. */
  readonly group: (worldSize: number, options: Options) => Promise<readonly Member[]>
  /** Ends a rank as a crash would; default: its disposal. */
  readonly kill?: (members: readonly Member[], rank: number) => unknown
  /** World sizes to test; default 1, 2, 3, 4, 5, 8. */
  readonly worldSizes?: readonly number[]
  /** Milliseconds after which what has to happen counts as hanging; default 20 000. */
  readonly patienceMs?: number
}

/** A test of a kit, for all world sizes from `ranks` on. */
export interface GroupTest<Member, Options> {
  readonly ranks: number
  readonly options?: Options
  run(group: Group<Member>): Promise<void>
}

/** The group that a test works on. */
export interface Group<Member> {
  readonly members: readonly Member[]
  readonly worldSize: number
  /** Ends the last rank. */
  killLast(): Promise<void>
  /** Does the same on every rank at once and waits for all. */
  each<T>(what: string, action: (member: Member, rank: number) => PromiseLike<T>): Promise<T[]>
  settled<T>(what: string, promise: PromiseLike<T>): Promise<T>
  rejected(what: string, promise: PromiseLike<unknown>): Promise<LockstepError | Error>
}

export async function runGroupTest<Member extends AsyncDisposable, Options>(
  subject: GroupSubject<Member, Options>,
  { run, options }: GroupTest<Member, Options>,
  worldSize: number,
): Promise<void> {
  const patience = subject.patienceMs ?? 20_000
  const members = await subject.group(worldSize, options ?? ({} as Options))
  const settled = <T>(what: string, promise: PromiseLike<T>): Promise<T> => within(patience, what, promise)
  try {
    await run({
      members,
      worldSize,
      settled,
      rejected: (what, promise) => rejectionOf(patience, what, promise),
      each: (what, action) =>
        Promise.all(members.map((member, rank) => settled(`${what} on rank ${rank}`, action(member, rank)))),
      killLast: async () => {
        if (subject.kill) await subject.kill(members, worldSize - 1)
        else await members[worldSize - 1]?.[Symbol.asyncDispose]()
      },
    })
  } finally {
    await settled('disposal', Promise.all(members.map((member) => member[Symbol.asyncDispose]())))
  }
}

/** Defines a kit's tests for each of the subject's world sizes. */
export function defineGroupTests<Member extends AsyncDisposable, Options>(
  kind: string,
  subject: GroupSubject<Member, Options>,
  tests: Readonly<Record<string, GroupTest<Member, Options>>>,
  { describe, it }: Runner,
): void {
  for (const worldSize of subject.worldSizes ?? [1, 2, 3, 4, 5, 8]) {
    describe(`${subject.name} as a ${kind}, ${worldSize} ${worldSize === 1 ? 'rank' : 'ranks'}`, () => {
      for (const [id, test] of Object.entries(tests)) {
        if (test.ranks <= worldSize) it(id, () => runGroupTest(subject, test, worldSize))
      }
    })
  }
}
