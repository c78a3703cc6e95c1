import { type Envelope, memoryGroup, type Transport } from '@lockstep/collectives'
import { pause } from '../collectives/patience.ts'

type Floats = Float32Array | Float64Array

/** A transport with one mistake, and tests of the kit that must notice it. */
export interface TransportFault {
  readonly mistake: string
  readonly change: (inner: Transport) => Partial<Transport>
  readonly caughtBy: readonly [string, ...string[]]
}

/** A group in memory with parts of every member replaced. */
export function changedTransports(change: TransportFault['change']): (worldSize: number) => Promise<Transport[]> {
  return async (worldSize) =>
    memoryGroup(worldSize).map((inner) => {
      const changes = change(inner)
      const delegate: Transport = {
        rank: inner.rank,
        worldSize: inner.worldSize,
        aborted: inner.aborted,
        bytesSent: 0,
        lane: (peer) => inner.lane(peer),
        send: (...of) => inner.send(...of),
        receive: (...of) => inner.receive(...of),
        abort: (reason) => inner.abort(reason),
        [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
      }
      const counting = Object.defineProperty(delegate, 'bytesSent', { get: () => inner.bytesSent })
      return Object.defineProperties(counting, Object.getOwnPropertyDescriptors(changes))
    })
}

/** An all-reduce over messages, which adds in the order that `ordered` makes of rank order. */
export function ownAllReduce(
  inner: Transport,
  ordered: <T>(terms: readonly T[]) => readonly T[],
): NonNullable<Transport['allReduce']> {
  return async (send, receive, envelope) => {
    const bytes = ({ buffer, byteOffset, byteLength }: Floats): Uint8Array =>
      new Uint8Array(buffer, byteOffset, byteLength)
    const terms = Array.from({ length: inner.worldSize }, () => send.slice())
    await Promise.all(
      terms.flatMap((term, peer) =>
        peer === inner.rank
          ? []
          : [inner.send(peer, envelope, bytes(send)), inner.receive(peer, envelope, bytes(term))],
      ),
    )
    for (let at = 0; at < send.length; at++) {
      const values = ordered(terms).map((term) => term[at] as number)
      receive[at] = values.reduce((a, b) => (send instanceof Float32Array ? Math.fround(a + b) : a + b))
    }
  }
}

const anyEnvelope = ({ dtype }: Envelope): Envelope => ({
  operation: 'hello',
  sequence: 0,
  part: 0,
  count: 0,
  root: 0,
  dtype: dtype === 'bytes' ? dtype : 'float32',
})

const order = 'messages keep their order, whatever their lengths'
const fields = ['operation', 'sequence', 'part', 'dtype', 'count', 'root'] as const

export const transportFaults: readonly TransportFault[] = [
  {
    mistake: 'lets short messages overtake long ones',
    caughtBy: [order],
    change: (inner) => ({
      async send(to, envelope, payload) {
        const copy = payload.slice()
        if (payload.length > 60_000) await pause(5)
        await inner.send(to, envelope, copy)
      },
    }),
  },
  {
    mistake: 'does not look at envelopes',
    caughtBy: [
      'a message of another operation ends the group, naming both sides',
      ...fields.slice(1).map((field) => `a message of another ${field} ends the group, naming both sides`),
    ],
    change: (inner) => ({
      send: (to, envelope, payload) => inner.send(to, anyEnvelope(envelope), payload),
      receive: (from, envelope, into) => inner.receive(from, anyEnvelope(envelope), into),
    }),
  },
  {
    mistake: 'sends after its promise has settled',
    caughtBy: ['a payload may be changed as soon as send settles'],
    change: (inner) => ({
      async send(to, envelope, payload) {
        setTimeout(() => inner.send(to, envelope, payload).catch(() => {}), 2)
      },
    }),
  },
  {
    mistake: 'loses the end of long messages',
    caughtBy: ['large messages pass each other', order],
    change: (inner) => ({
      async receive(from, envelope, into) {
        await inner.receive(from, envelope, into)
        into.fill(0, 65_536)
      },
    }),
  },
  {
    mistake: 'writes behind the place of a message',
    caughtBy: ['a message fills its place and nothing around it'],
    change: (inner) => ({
      async receive(from, envelope, into) {
        await inner.receive(from, envelope, into)
        const { buffer, byteOffset, byteLength } = into
        if (byteOffset + byteLength < buffer.byteLength) new Uint8Array(buffer)[byteOffset + byteLength] = 0
      },
    }),
  },
  {
    mistake: 'counts envelopes',
    caughtBy: ['bytes that were sent are counted'],
    change: (inner) => {
      let messages = 0
      return {
        send: (...of) => {
          messages++
          return inner.send(...of)
        },
        get bytesSent() {
          return inner.bytesSent + 40 * messages
        },
      }
    },
  },
  {
    mistake: 'does not notice who has gone',
    caughtBy: ['a rank that dies ends the group, and is named'],
    change: () => ({ [Symbol.asyncDispose]: async () => {} }),
  },
  {
    mistake: 'keeps an abort to itself',
    caughtBy: ['abort ends the group on every rank, with the reason'],
    change: (inner) => {
      let reason: Error | undefined
      return {
        abort: (given) => {
          reason = given
        },
        receive: (...of) => (reason ? Promise.reject(reason) : inner.receive(...of)),
      }
    },
  },
  {
    mistake: 'takes back what it has sent when it leaves',
    caughtBy: ['what a rank sent before it left is received'],
    change: (inner) => ({
      async [Symbol.asyncDispose]() {
        inner.abort(new Error('left'))
        await inner[Symbol.asyncDispose]()
      },
    }),
  },
  {
    mistake: 'adds from the last rank to the first',
    caughtBy: ['its own all-reduce adds in rank order'],
    change: (inner) => ({ allReduce: ownAllReduce(inner, (terms) => [...terms].reverse()) }),
  },
]
