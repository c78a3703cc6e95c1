import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { Contestant } from './contestant.ts'
import { roundLine } from './print.ts'
import { compare, race, type Turn } from './race.ts'

/** Writes its name and the turn's number into every answer, so that the order of turns can be seen. */
const runner = (name: string, stepMs: number, loss = '++turns'): Contestant => {
  const program = `
let turns = 0
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { steps } = JSON.parse(line)
  const answer = { ok: true, stepMs: Array(steps).fill(${stepMs}), totalMs: 100, loss: ${loss} }
  setTimeout(() => console.log(JSON.stringify(answer)), 300)
})`
  return new Contestant({ name, program: process.execPath, args: ['-e', program], variant: '' })
}

const turn = (name: string, stepMs: number, disturbance = 0): Turn => {
  return { name, stepMs, meanStepMs: stepMs, bestStepMs: stepMs, loss: 1, disturbance }
}

describe('race', () => {
  it('gives everyone every round, and does not count warm-ups', async () => {
    await using slow = runner('slow', 4)
    await using fast = runner('fast', 2)
    const seen: number[] = []
    const rounds = await race([slow, fast], { rounds: 2, warmUps: 1, steps: 4, onRound: (round) => seen.push(round) })
    expect(seen).toEqual([0, 1, 2])
    expect(rounds.map((turns) => turns.map(({ name, loss }) => `${name} ${loss}`))).toEqual([
      ['slow 2', 'fast 2'],
      ['slow 3', 'fast 3'],
    ])
    expect(rounds[0]?.[0]).toMatchObject({ stepMs: 4, meanStepMs: 25, bestStepMs: 4 })
  })

  it.runIf(process.platform === 'linux')('notices others that compute meanwhile', async () => {
    const other = spawn(process.execPath, ['-e', 'for (;;);'])
    try {
      await using idle = runner('idle', 1)
      const [[turn] = []] = await race([idle], { rounds: 1, warmUps: 0, steps: 1 })
      expect(turn?.disturbance).toBeGreaterThan(0.2 / availableParallelism())
    } finally {
      other.kill('SIGKILL')
    }
  })

  it('stops at a loss that is not a number', async () => {
    await using lost = runner('lost', 1, 'Math.log(-1)')
    await expect(race([lost], { rounds: 1, warmUps: 0, steps: 5 })).rejects.toMatchObject({
      code: 'not-a-number',
      details: { where: 'lost', step: 5 },
    })
  })
})

describe('compare', () => {
  it('takes ratios round by round and puts the fastest peer first', () => {
    const [slow, fast] = ['slow', 'fast']
    const rounds = [
      [turn('us', 1), turn(slow, 4), turn(fast, 3)],
      [turn('us', 2), turn(slow, 8), turn(fast, 2)],
      [turn('us', 1), turn(slow, 4), turn(fast, 2)],
    ]
    const [best, other] = compare(rounds)
    expect(best).toEqual({ name: fast, stepMs: 2, ratios: [3, 1, 2], ratio: { lower: 1.5, median: 2, upper: 2.5 } })
    expect(other).toMatchObject({ name: slow, ratio: { lower: 4, median: 4, upper: 4 } })
  })
})

describe('roundLine', () => {
  it('shows times, ratios and who disturbed', () => {
    expect(roundLine(2, [turn('us', 2), turn('them', 5, 0.1)])).toBe(
      'round 2: us 2.00 ms · them 5.00 ms (× 2.50) !10 % used by others',
    )
    expect(roundLine(0, [turn('us', 2)])).toBe('warm-up: us 2.00 ms')
  })
})
