import { communicator, memoryGroup } from '@lockstep/collectives'
import type { Communicator } from '@lockstep/core'
import { pause } from '../collectives/patience.ts'
import { addUp, type CommunicatorFault, changed, gatherFloats } from './changed.ts'

const unnamed = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call
  } catch {
    throw new Error('the connection was closed')
  }
}

/** Mistakes about disagreement, order and the end of a group. */
export const endFaults: readonly CommunicatorFault[] = [
  {
    mistake: 'adds arrays of different lengths and types as far as they go',
    caughtBy: [
      'another length ends the group, naming both sides',
      'another dtype of as many bytes ends the group, naming both sides',
      'another operation ends the group, naming both sides',
    ],
    group: changed(() => (inner) => ({
      async allReduce(send, receive = send) {
        addUp(receive, await gatherFloats(inner, send))
      },
    })),
  },
  {
    mistake: 'completes short calls before long ones',
    caughtBy: ['calls in flight together complete in the order of the calls'],
    group: changed(() => (inner) => ({
      async allReduce(send, receive, options) {
        await inner.allReduce(send, receive, options)
        await pause(send.length / 10_000)
      },
    })),
  },
  {
    mistake: 'does not tell the others of an abort',
    caughtBy: ['abort ends the group on every rank, with the reason'],
    group: changed(() => (inner) => {
      let reason: Error | undefined
      return {
        abort: (given) => {
          reason = given
        },
        allReduce: (...of) => (reason ? Promise.reject(reason) : inner.allReduce(...of)),
      }
    }),
  },
  {
    mistake: 'goes on waiting when it is disposed of',
    caughtBy: ['disposal rejects what is pending, may be repeated, and is the end'],
    group: changed(() => () => ({ [Symbol.asyncDispose]: async () => {} })),
  },
  {
    mistake: 'cannot be disposed of twice',
    caughtBy: ['disposal rejects what is pending, may be repeated, and is the end', 'disposal alone is the end, too'],
    group: changed(() => (inner) => {
      let over = false
      return {
        async [Symbol.asyncDispose]() {
          if (over) throw new Error('closed already')
          over = true
          await inner[Symbol.asyncDispose]()
        },
      }
    }),
  },
  {
    mistake: 'works on after its disposal',
    caughtBy: ['disposal alone is the end, too'],
    group: changed(() => (inner) => {
      let over = false
      return {
        allReduce: async (...of) => (over ? undefined : inner.allReduce(...of)),
        async [Symbol.asyncDispose]() {
          over = true
          await inner[Symbol.asyncDispose]()
        },
      }
    }),
  },
  {
    mistake: 'never gives up',
    caughtBy: ['a call that some ranks do not make ends the group in time', 'a call may have a timeout of its own'],
    group: async (worldSize) =>
      memoryGroup(worldSize).map((transport): Communicator => {
        const clock = { after: () => () => {} }
        return communicator(transport, { clock })
      }),
  },
  {
    mistake: 'does not say who is missing',
    caughtBy: ['a rank that dies ends the group, and is named', 'a call that some ranks do not make names them'],
    group: changed(() => (inner) => ({ allReduce: (...of) => unnamed(inner.allReduce(...of)) })),
  },
  {
    mistake: 'works with any arguments',
    caughtBy: ['arguments that cannot be are refused and harm nobody'],
    group: changed(() => (inner) => ({
      allReduce: (send, receive, options) =>
        inner.allReduce(send, receive?.length === send.length ? receive : undefined, options),
    })),
  },
]
