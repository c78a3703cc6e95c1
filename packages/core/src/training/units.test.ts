import { describe, expect, it } from 'vitest'
import type { Batch } from './batch.ts'
import { after } from './progress.ts'
import { accumulatedUnits, type Unit, type UnitOptions, units } from './units.ts'

function batch(size: number, ...weights: readonly number[]): Batch {
  const rows = { start: 0, count: size }
  return {
    size,
    rows,
    inputs: [],
    targets: [],
    weights: [Float32Array.from({ length: size }, (_, at) => weights[at] ?? 1)],
  }
}

async function cut(sizes: readonly number[], options: Partial<UnitOptions>): Promise<Unit[]> {
  const source = { epoch: (_: number, first: number) => sizes.slice(first).map((size) => batch(size)) }
  const found: Unit[] = []
  for await (const unit of units(source, 0, { accumulation: 1, fused: 1, first: 0, ...options })) found.push(unit)
  return found
}

const sizesOf = (list: readonly Unit[]): number[][] => list.map(({ batches }) => batches.map(({ size }) => size))

describe('units', () => {
  it('are single batches, each a step', async () => {
    const list = await cut([4, 4, 2], {})
    expect(sizesOf(list)).toEqual([[4], [4], [2]])
    expect(list.map(({ completes }) => completes?.samples)).toEqual([4, 4, 2])
    for (const unit of list) expect(unit).toMatchObject({ firstPosition: 0, accumulate: false })
  })

  it('of accumulated batches continue the position and share denominators; the last completes the step', async () => {
    const list = await cut([4, 4, 4, 2], { accumulation: 3 })
    expect(list.map(({ firstPosition, accumulate }) => [firstPosition, accumulate])).toEqual([
      [0, false],
      [4, true],
      [8, true],
      [0, false],
    ])
    expect(list.map(({ denominators }) => denominators)).toEqual([[12], [12], [12], [2]])
    expect(list.map(({ completes }) => completes)).toEqual([
      undefined,
      undefined,
      { steps: 1, samples: 12, batches: 3 },
      { steps: 1, samples: 2, batches: 1 },
    ])
  })

  it('fuse steps of one size, and leave the others single', async () => {
    const list = await cut([4, 4, 4, 4, 4, 2, 4], { fused: 2 })
    expect(sizesOf(list)).toEqual([[4, 4], [4, 4], [4], [2], [4]])
    expect(list[0]?.completes).toEqual({ steps: 2, samples: 8, batches: 2 })
  })

  it('count no step for batches without samples', async () => {
    for (const options of [{ accumulation: 2 }, { fused: 2 }, {}]) {
      const list = await cut([0, 0], options)
      const end = list.reduce(after, { step: 5, samples: 7 })
      expect(end).toEqual({ step: 5, samples: 7 })
      expect(list.reduce((sum, { completes }) => sum + (completes?.batches ?? 0), 0)).toBe(2)
      expect(sizesOf(list)).toEqual([[0], [0]])
    }
  })

  it('begin to add up with the first batch that has samples', () => {
    const list = accumulatedUnits([batch(0), batch(3), batch(2, 0, 5), batch(0)])
    expect(list.map(({ accumulate }) => accumulate)).toEqual([false, false, true, true])
    expect(list.map(({ denominators }) => denominators)).toEqual([[4], [4], [4], [4]])
    expect(list.at(-1)?.completes).toEqual({ steps: 1, samples: 5, batches: 4 })
  })

  it('may begin in the middle of an epoch', async () => {
    expect(sizesOf(await cut([1, 2, 3, 4, 5], { accumulation: 2, first: 2 }))).toEqual([[3], [4], [5]])
  })

  it('close their source when they are left', async () => {
    let closed = false
    const source = {
      *epoch() {
        try {
          for (;;) yield batch(1)
        } finally {
          closed = true
        }
      },
    }
    for await (const unit of units(source, 0, { accumulation: 2, fused: 1, first: 0 })) {
      if (unit.completes !== undefined) break
    }
    expect(closed).toBe(true)
  })
})
