import { expect, test } from 'vitest'
import { parseHosts, placeRanks } from './hosts.ts'

test('hosts have slots, one where none are given; names of this machine mean no remote shell', () => {
  expect(parseHosts('gpu1:2,localhost:3, [fe80::1]:4,gpu2')).toEqual([
    { host: 'gpu1', slots: 2 },
    { host: undefined, slots: 3 },
    { host: 'fe80::1', slots: 4 },
    { host: 'gpu2', slots: 1 },
  ])
})

test.each(['', 'gpu1:', 'gpu1:0', 'gpu1:x', 'a b:2', 'h1,,h2'])('%j is not a list of hosts', (text) => {
  expect(() => parseHosts(text)).toThrowError(/is not a machine with its number of ranks, such as gpu1:2/)
})

test('a host is named once', () => {
  expect(() => parseHosts('gpu1:2,gpu2,gpu1')).toThrowError('name gpu1 twice')
  expect(() => parseHosts('localhost:2,127.0.0.1:2')).toThrowError('name this machine twice')
})

test('ranks fill one host after another', () => {
  const places = placeRanks(parseHosts('h1:2,h2:3'), 4)
  expect(places.map(({ rank, host, localRank, localWorldSize }) => [rank, host, localRank, localWorldSize])).toEqual([
    [0, 'h1', 0, 2],
    [1, 'h1', 1, 2],
    [2, 'h2', 0, 2],
    [3, 'h2', 1, 2],
  ])
})

test.each([0, -1, 1.5, Number.NaN])('%d workers are refused', (workers) => {
  expect(() => placeRanks([{ host: undefined, slots: 4 }], workers)).toThrowError(
    `workers is ${workers}; expected an integer ≥ 1`,
  )
})

test('more workers than slots are refused', () => {
  expect(() => placeRanks(parseHosts('h1:2,h2:1'), 4)).toThrowError('4 workers do not fit the 3 slots of the hosts')
})
