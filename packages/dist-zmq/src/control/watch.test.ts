import { expect, test } from 'vitest'
import type { Member } from './member.ts'
import { Watch } from './watch.ts'

const member = (rank: number): Member => ({
  rank,
  host: `h${rank}`,
  hostId: '',
  address: '127.0.0.1',
  pid: 100 + rank,
  lane: '',
  encrypt: false,
  maps: true,
})
const members = [member(0), member(1), member(2)]

/** Looks twice a second, as the hub does, until that time; everybody but those has spoken then. */
function look(watch: Watch, until: number, silent: readonly number[]): string | undefined {
  for (let now = 500; now <= until; now += 500) {
    for (const { rank } of members) if (!silent.includes(rank)) watch.heard(rank, { begun: 0 }, now)
    const verdict = watch.silent(now)
    if (verdict) return verdict.message
  }
  return undefined
}

test('who is silent for as long as a rank may keep the others waiting is named', () => {
  expect(look(new Watch(members, 4000, 0), 20_000, [])).toBeUndefined()
  expect(look(new Watch(members, 4000, 0), 3500, [1])).toBeUndefined()
  expect(look(new Watch(members, 4000, 0), 4000, [1])).toMatch(/^rank 1 \(h1, pid 101\) has said nothing for 4\.0 s/)
})

test('a short timeout does not make reports due sooner than they come', () => {
  expect(look(new Watch(members, 100, 0), 2000, [1])).toBeUndefined()
  expect(look(new Watch(members, 100, 0), 2500, [1])).toMatch(/rank 1/)
})

test('who slept blames nobody for what was said meanwhile', () => {
  const watch = new Watch(members, 4000, 0)
  expect(watch.silent(500)).toBeUndefined()
  expect(watch.silent(60_000)).toBeUndefined()
  expect(watch.silent(60_500)).toBeUndefined()
})

test('who has left is not waited for', () => {
  const watch = new Watch(members, 4000, 0)
  watch.forget(1)
  expect(look(watch, 20_000, [1])).toBeUndefined()
})

test('who has not made the call that another waits in is to blame', () => {
  const watch = new Watch(members, 4000, 0)
  expect(watch.late()).toBeUndefined()
  watch.heard(0, { begun: 9, overdue: { call: 'barrier (call 8)', number: 8, waitedMs: 4000 } }, 1)
  watch.heard(1, { begun: 8 }, 1)
  watch.heard(2, { begun: 7 }, 1)
  expect(watch.late()).toMatchObject({ code: 'timed-out', details: { operation: 'barrier (call 8)', awaited: [2] } })
  expect(watch.late()?.message).toMatch(
    /^rank 0 \(h0, pid 100\) has waited 4000 ms in barrier \(call 8\): rank 2 \(h2, pid 102\) has made 7 of these 8 calls;/,
  )
  watch.heard(2, { begun: 8 }, 2)
  expect(watch.late()?.message).toContain('all ranks have made that call')
})
