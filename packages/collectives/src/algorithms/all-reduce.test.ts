import { describe, expect, test } from 'vitest'
import { communicator } from '../communicator.ts'
import { memoryGroup } from '../memory/memory-group.ts'
import { blocksOf, bytesOf, type Floats } from './blocks.ts'
import { type AlgorithmName, chooseAlgorithm } from './choose.ts'

type Order = (values: readonly number[], add: (a: number, b: number) => number, block: number) => number

const inRankOrder: Order = (values, add) => values.reduce(add)
/** What each algorithm promises of the order of summation. */
const orders: Readonly<Record<AlgorithmName, Order>> = {
  everyone: inRankOrder,
  direct: inRankOrder,
  ring: (values, add, block) => [...values.slice(block), ...values.slice(0, block)].reduce(add),
  halvingDoubling(values, add) {
    const extra = values.length - 2 ** Math.floor(Math.log2(values.length))
    let sums = Array.from({ length: values.length - extra }, (_, player) =>
      player < extra
        ? add(values[2 * player] as number, values[2 * player + 1] as number)
        : (values[player + extra] as number),
    )
    while (sums.length > 1) {
      const half = sums.length / 2
      sums = sums.slice(0, half).map((value, index) => add(value, sums[index + half] as number))
    }
    return sums[0] as number
  },
}

const values = (rank: number, length: number): number[] =>
  Array.from({ length }, (_, index) => Math.sin(1 + index * 7.3 + rank * 1000) * 10 ** ((index + rank) % 7))

type FloatType = Float32ArrayConstructor | Float64ArrayConstructor

function expectedSums(Type: FloatType, ranks: number, length: number, order: Order): Floats {
  const add = (a: number, b: number): number => (Type === Float32Array ? Math.fround(a + b) : a + b)
  const arrays = Array.from({ length: ranks }, (_, rank) => Type.from(values(rank, length)))
  const blocks = blocksOf(length, ranks)
  const sums = new Type(length)
  for (const [block, { start, end }] of blocks.entries()) {
    for (let index = start; index < end; index++) {
      const addends = arrays.map((array) => array[index] as number)
      sums[index] = order(addends, add, block)
    }
  }
  return sums
}

function expectSameBits(got: Floats, expected: Floats): void {
  expect(got.length).toBe(expected.length)
  expect(Buffer.compare(bytesOf(got), bytesOf(expected))).toBe(0)
}

describe.each(['everyone', 'direct', 'ring', 'halvingDoubling'] as const)('%s', (algorithm) => {
  test.each([2, 3, 4, 5, 6, 7, 8, 13])('%i ranks add in the promised order', async (worldSize) => {
    const group = memoryGroup(worldSize).map((transport) => communicator(transport, { algorithm, segmentBytes: 2048 }))
    for (const Type of [Float32Array, Float64Array]) {
      for (const length of [0, 1, 15, 16, 33, 1000, 6001]) {
        const expected = expectedSums(Type, worldSize, length, orders[algorithm])
        const inPlace = group.map(({ rank }) => Type.from(values(rank, length)))
        const send = inPlace.map((array) => array.slice())
        const receive = send.map((array) => new Type(array.length))
        await Promise.all(
          group.flatMap((member, rank) => [
            member.allReduce(inPlace[rank] as Floats),
            member.allReduce(send[rank] as Floats, receive[rank]),
          ]),
        )
        for (const array of [...inPlace, ...receive]) expectSameBits(array, expected)
        for (const [rank, array] of send.entries()) expectSameBits(array, Type.from(values(rank, length)))
      }
    }
  })
})

test('up to 16 ranks sums are added in rank order, whatever their length', () => {
  for (const bytes of [0, 4, 1024, 2 ** 20, 2 ** 28]) {
    for (let ranks = 2; ranks <= 16; ranks++) expect(['everyone', 'direct']).toContain(chooseAlgorithm(bytes, ranks))
  }
  expect(chooseAlgorithm(1024, 17)).toBe('halvingDoubling')
  expect(chooseAlgorithm(2 ** 25, 64)).toBe('ring')
})

test('a rank sends no more than the least that is possible', async () => {
  const length = 2 ** 18
  for (const algorithm of ['direct', 'ring', 'halvingDoubling'] as const) {
    const group = memoryGroup(4).map((transport) => communicator(transport, { algorithm }))
    await Promise.all(group.map((member) => member.allReduce(new Float32Array(length))))
    for (const member of group) expect(member.bytesSent).toBe(2 * (3 / 4) * length * 4)
  }
})

test.each([1, 2, 3, 5, 8])('reduce-scatter over %i ranks leaves every rank its block', async (worldSize) => {
  const group = memoryGroup(worldSize).map((transport) => communicator(transport, { segmentBytes: 1024 }))
  for (const length of [0, 1, 100, 5000]) {
    const expected = expectedSums(Float32Array, worldSize, length, inRankOrder)
    await Promise.all(
      group.map(async (member) => {
        const { start, end } = blocksOf(length, worldSize)[member.rank] as { start: number; end: number }
        const own = new Float32Array(end - start)
        await member.reduceScatter(Float32Array.from(values(member.rank, length)), own)
        expectSameBits(own, expected.slice(start, end))
      }),
    )
  }
})
