import { pause } from '../collectives/patience.ts'
import { addUp, type Change, type CommunicatorFault, changed, gatherFloats } from './changed.ts'

type Floats = Float32Array | Float64Array

const inPlace = 'sums of float32 are right, in place'

const arrivalOrder = (): Change => {
  const calls: number[][] = []
  return (inner) => {
    let call = 0
    return {
      async allReduce(send, receive = send) {
        const arrived = calls[call] ?? []
        calls[call++] = arrived
        arrived.push(inner.rank)
        const arrays = await gatherFloats(inner, send)
        addUp(
          receive,
          arrived.map((rank) => arrays[rank] as ArrayLike<number>),
        )
      },
    }
  }
}

const liveArrays = (): Change => {
  const shared: Floats[] = []
  return (inner) => ({
    async allReduce(send, receive = send) {
      shared[inner.rank] = send
      await inner.allGather(new Uint8Array(0))
      await pause(3 * inner.rank)
      addUp(receive, shared)
    },
  })
}

const sharedScratch: Change = (inner) => {
  const scratch = new Float32Array(2_000_000)
  return {
    async allReduce(send, receive = send) {
      if (send instanceof Float64Array) return inner.allReduce(send, receive)
      const place = scratch.subarray(0, send.length)
      place.set(send)
      await inner.allReduce(place)
      receive.set(place)
    },
  }
}

/** Mistakes about what is added, and in which order. */
export const sumFaults: readonly CommunicatorFault[] = [
  {
    mistake: 'gives the mean instead of the sum',
    caughtBy: [inPlace, 'long arrays are summed to the end'],
    group: changed(() => (inner) => ({
      async allReduce(send, receive = send) {
        await inner.allReduce(send, receive)
        for (let at = 0; at < receive.length; at++) receive[at] = (receive[at] as number) / inner.worldSize
      },
    })),
  },
  {
    mistake: 'forgets the last rank',
    caughtBy: [inPlace, 'infinity and NaN of one rank reach all'],
    group: changed(() => (inner) => ({
      allReduce: (send, receive = send) =>
        inner.allReduce(inner.rank === inner.worldSize - 1 ? send.slice().fill(0) : send, receive),
    })),
  },
  {
    mistake: 'adds in the order of arrival',
    caughtBy: ['sums have the same bits in every run, whoever comes first'],
    group: changed(arrivalOrder),
  },
  {
    mistake: 'adds beginning with its own values',
    caughtBy: [inPlace, 'sums are added in rank order'],
    group: changed(() => (inner) => ({
      async allReduce(send, receive = send) {
        const arrays = await gatherFloats(inner, send)
        addUp(receive, [...arrays.slice(inner.rank), ...arrays.slice(0, inner.rank)])
      },
    })),
  },
  {
    mistake: 'adds from the last rank to the first',
    caughtBy: ['sums are added in rank order'],
    group: changed(() => (inner) => ({
      async allReduce(send, receive = send) {
        addUp(receive, (await gatherFloats(inner, send)).reverse())
      },
    })),
  },
  {
    mistake: 'leaves out what is no whole vector',
    caughtBy: [inPlace, 'long arrays are summed to the end'],
    group: changed(() => (inner) => ({
      allReduce: (send, receive = send) => {
        const whole = send.length - (send.length % 4)
        return inner.allReduce(send.subarray(0, whole), receive.subarray(0, whole))
      },
    })),
  },
  {
    mistake: 'adds float64 as float32',
    caughtBy: ['sums of float64 are right, in place', 'integers up to 2^53 are summed exactly'],
    group: changed(() => (inner) => ({
      async allReduce(send, receive = send) {
        const single = Float32Array.from(send)
        await inner.allReduce(single)
        receive.set(single)
      },
    })),
  },
  {
    mistake: 'leaves the sum in what was sent, too',
    caughtBy: ['sums of float32 are right, into another array'],
    group: changed(() => (inner) => ({
      async allReduce(send, receive) {
        await inner.allReduce(send)
        receive?.set(send as Float32Array & Float64Array)
      },
    })),
  },
  {
    mistake: 'reads arrays of ranks that are done',
    caughtBy: ['an array may be changed as soon as its sum is complete'],
    group: changed(liveArrays),
  },
  {
    mistake: 'has one scratch for all calls in flight',
    caughtBy: ['calls in flight together do not disturb each other'],
    group: changed(() => sharedScratch),
  },
  {
    mistake: 'gives the result of the call before',
    caughtBy: ['many calls one after the other give what they should'],
    group: changed(() => (inner) => {
      let before: Float32Array | Float64Array | undefined
      return {
        async allReduce(send, receive = send) {
          await inner.allReduce(send, receive)
          const now = receive.slice()
          if (before?.length === now.length) receive.set(before as Float32Array & Float64Array)
          before = now
        },
      }
    }),
  },
  {
    mistake: 'writes over what lies behind an array',
    caughtBy: ['parts of arrays are summed, and what lies around them stays'],
    group: changed(() => (inner) => ({
      async allReduce(send, receive = send) {
        await inner.allReduce(send, receive)
        const { buffer, byteOffset, byteLength } = receive
        if (byteOffset + byteLength < buffer.byteLength) new Uint8Array(buffer)[byteOffset + byteLength] = 0x55
      },
    })),
  },
]
