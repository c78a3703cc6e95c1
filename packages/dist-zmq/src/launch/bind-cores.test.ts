import { expect, it } from 'vitest'
import { parseCores, shareOfCores } from './bind-cores.ts'

it.each([
  ['0-2,8', [0, 1, 2, 8]],
  ['5', [5]],
])('reads the list of cores %j', (list, cores) => expect(parseCores(list)).toEqual(cores))

const share = (rank: number, ranks: number, env: Record<string, string> = {}): number[] =>
  shareOfCores([0, 1, 2, 4, 5], { LOCKSTEP_LOCAL_RANK: `${rank}`, LOCKSTEP_LOCAL_WORLD_SIZE: `${ranks}`, ...env })

it('every core is of one rank', () => {
  expect([0, 1].map((rank) => share(rank, 2))).toEqual([
    [0, 1],
    [2, 4, 5],
  ])
  expect([0, 1, 2, 3, 4].map((rank) => share(rank, 5))).toEqual([[0], [1], [2], [4], [5]])
})

it.each([
  ['a rank alone', share(0, 1)],
  ['more ranks than cores', share(0, 6)],
  ['ranks that may use more threads than that', share(0, 2, { LOCKSTEP_THREADS: '3' })],
  ['ranks that are not to be bound', share(0, 2, { LOCKSTEP_BIND: 'none' })],
  ['no rank', shareOfCores([0, 1], {})],
  [
    'a system that does not name its cores',
    shareOfCores([], { LOCKSTEP_LOCAL_RANK: '0', LOCKSTEP_LOCAL_WORLD_SIZE: '2' }),
  ],
])('binds none for %s', (_, cores) => expect(cores).toEqual([]))
