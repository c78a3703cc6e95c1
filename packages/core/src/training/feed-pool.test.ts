import { describe, expect, it } from 'vitest'
import type { Feed } from './feed.ts'
import { FeedPool } from './feed-pool.ts'
import { randomBuffers } from './random-buffers.ts'

/** Makes feeds that say what became of them. */
function factory() {
  const made: string[] = []
  const freed: string[] = []
  const make = (name: string) => async (): Promise<Feed> => {
    made.push(name)
    return {
      inputs: { [name]: new Float32Array(1) },
      outputs: {},
      randoms: randomBuffers([], 1),
      runs: 1,
      run: async () => undefined,
      [Symbol.dispose]: () => void freed.push(name),
    }
  }
  return { made, freed, make }
}

describe('a pool of feeds', () => {
  it('lends each feed to one user at a time and uses it again', async () => {
    const { made, make } = factory()
    const pool = new FeedPool()
    const [a, b] = [await pool.take('8', make('a')), await pool.take('8', make('b'))]
    expect(a.inputs).not.toBe(b.inputs)
    a[Symbol.dispose]()
    const again = await pool.take('8', make('c'))
    expect(again.inputs).toBe(a.inputs)
    expect(made).toEqual(['a', 'b'])
  })

  it('takes a feed back once', async () => {
    const { make } = factory()
    const pool = new FeedPool()
    const first = await pool.take('8', make('a'))
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    const [one, two] = [await pool.take('8', make('b')), await pool.take('8', make('c'))]
    expect(one.inputs).not.toBe(two.inputs)
  })

  it('frees the sizes used longest ago, and never a feed in use', async () => {
    const { freed, make } = factory()
    const pool = new FeedPool()
    const used = await pool.take('0', make('0'))
    for (let size = 1; size <= 10; size++) (await pool.take(String(size), make(String(size))))[Symbol.dispose]()
    expect(freed).toEqual(['1', '2'])
    ;(await pool.take('3', make('again')))[Symbol.dispose]()
    used[Symbol.dispose]()
    expect(freed).toEqual(['1', '2', '4'])
  })

  it('keeps two of a size', async () => {
    const { freed, make } = factory()
    const pool = new FeedPool()
    const feeds = [await pool.take('8', make('a')), await pool.take('8', make('b')), await pool.take('8', make('c'))]
    for (const feed of feeds) feed[Symbol.dispose]()
    expect(freed).toEqual(['c'])
  })

  it('frees everything in the end, what is in use when it is given back', async () => {
    const { freed, make } = factory()
    const pool = new FeedPool()
    const [idle, used] = [await pool.take('8', make('idle')), await pool.take('8', make('used'))]
    idle[Symbol.dispose]()
    pool[Symbol.dispose]()
    expect(freed).toEqual(['idle'])
    used[Symbol.dispose]()
    expect(freed).toEqual(['idle', 'used'])
  })
})
