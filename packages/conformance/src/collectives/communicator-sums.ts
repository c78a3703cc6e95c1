import type { Communicator } from '@lockstep/core'
import { Random } from '../random.ts'
import { type CommunicatorGroup, type CommunicatorTest, reduceAll } from './communicator-test.ts'
import { expectSameBits, expectSums, type Floats, like, sumInRankOrder, valuesOfAll } from './numbers.ts'
import { pause } from './patience.ts'

const lengths = [0, 1, 2, 3, 17, 1001, 8192, 40_003]

/** Sums: right within rounding, the same bits on every rank and in every run. */
export const sumTests: Readonly<Record<string, CommunicatorTest>> = {
  'a member knows its rank and the number of ranks': {
    ranks: 1,
    async run({ members, worldSize }) {
      for (const [index, { rank, worldSize: said }] of members.entries()) {
        if (rank !== index || said !== worldSize)
          throw new Error(`rank ${index} of ${worldSize} says ${rank} of ${said}`)
      }
    },
  },
  'sums of float32 are right, in place': { ranks: 1, run: (group) => checkSums(group, 'float32', lengths, false) },
  'sums of float32 are right, into another array': {
    ranks: 1,
    run: (group) => checkSums(group, 'float32', lengths, true),
  },
  'sums of float64 are right, in place': { ranks: 1, run: (group) => checkSums(group, 'float64', lengths, false) },
  'sums of float64 are right, into another array': {
    ranks: 1,
    run: (group) => checkSums(group, 'float64', lengths, true),
  },
  'long arrays are summed to the end': {
    ranks: 1,
    async run(group) {
      await checkSums(group, 'float32', [1_500_001], false)
      await checkSums(group, 'float64', [300_007], true)
    },
  },
  'parts of arrays are summed, and what lies around them stays': { ranks: 1, run: checkParts },
  'sums have the same bits in every run, whoever comes first': { ranks: 1, run: checkRepetition },
  'sums are added in rank order': {
    ranks: 1,
    async run(group) {
      for (const length of [10, 1000, 20_001]) {
        const send = valuesOfAll('float32', length, group.worldSize, 3)
        const expected = sumInRankOrder(send)
        await reduceAll(group, send)
        for (const [rank, got] of send.entries()) expectSameBits(`${length} sums on rank ${rank}`, got, expected)
      }
    },
  },
  'integers up to 2^53 are summed exactly': {
    ranks: 1,
    async run(group) {
      const each = Math.floor(2 ** 53 / group.worldSize)
      const send = group.members.map((_, rank) => Float64Array.of(each - rank, rank))
      const expected = sumInRankOrder(send)
      await reduceAll(group, send)
      for (const got of send) expectSameBits('sum', got, expected)
    },
  },
  'infinity and NaN of one rank reach all': {
    ranks: 1,
    async run(group) {
      const send = group.members.map((_, rank) => Float32Array.of(rank === 0 ? Infinity : 1, rank === 0 ? NaN : 1, 1))
      await reduceAll(group, send)
      for (const [rank, [infinity, notANumber, sum]] of send.entries()) {
        if (infinity !== Infinity || !Number.isNaN(notANumber) || sum !== group.worldSize)
          throw new Error(`rank ${rank} got ${infinity}, ${notANumber}, ${sum}`)
      }
    },
  },
  'memory that it allocates is zero and can be summed in place': {
    ranks: 1,
    async run(group) {
      const length = 30_001
      const windows = group.members.map((member) => member.allocate(length))
      for (const window of windows) {
        if (window.length !== length || window.some((value) => value !== 0)) throw new Error('not zeros of that length')
      }
      const values = valuesOfAll('float32', length, group.worldSize, 5)
      for (const [rank, window] of windows.entries()) window.set(values[rank] as Floats)
      await reduceAll(group, windows)
      for (const window of windows) expectSums('window', window, values)
    },
  },
}

async function checkSums(
  group: CommunicatorGroup,
  type: 'float32' | 'float64',
  of: readonly number[],
  apart: boolean,
): Promise<void> {
  for (const [call, length] of of.entries()) {
    const terms = valuesOfAll(type, length, group.worldSize, call)
    const send = terms.map((term) => term.slice())
    const receive = apart ? send.map(like) : send
    await reduceAll(group, send, apart ? receive : undefined)
    expectSums('sums on rank 0', receive[0] as Floats, terms)
    for (const [rank, got] of receive.entries()) {
      expectSameBits(`sums on rank ${rank} and on rank 0`, got, receive[0] as Floats)
      if (apart) expectSameBits(`what rank ${rank} sent`, send[rank] as Floats, terms[rank] as Floats)
    }
  }
}

async function checkParts(group: CommunicatorGroup): Promise<void> {
  for (const length of [5, 9001]) {
    const arrays = valuesOfAll('float32', length + 7, group.worldSize)
    const before = arrays.map((array) => array.slice())
    const parts = arrays.map((array) => array.subarray(3, 3 + length))
    const terms = parts.map((part) => part.slice())
    await reduceAll(group, parts)
    for (const [rank, array] of arrays.entries()) {
      expectSums(`rank ${rank}`, array.subarray(3, 3 + length), terms)
      const old = before[rank] as Floats
      expectSameBits('elements before', array.subarray(0, 3), old.subarray(0, 3))
      expectSameBits('elements after', array.subarray(3 + length), old.subarray(3 + length))
    }
  }
}

async function checkRepetition(group: CommunicatorGroup): Promise<void> {
  const random = new Random('arrivals')
  for (const length of [100, 30_000]) {
    const terms = valuesOfAll('float32', length, group.worldSize)
    let first: Floats | undefined
    for (let run = 0; run < 6; run++) {
      const send = terms.map((term) => term.slice())
      const places = random.permutation(group.worldSize)
      const late = async (member: Communicator, rank: number): Promise<void> => {
        await pause(4 * (places[rank] as number))
        await member.allReduce(send[rank] as Floats)
      }
      await group.each('all-reduce', late)
      first ??= send[0]
      for (const got of send) expectSameBits(`run ${run} and run 0`, got, first as Floats)
    }
  }
}
