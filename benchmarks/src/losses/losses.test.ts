import { beforeAll, describe, expect, it } from 'vitest'
import { comparedEngines, lossTolerance } from './compare-losses.ts'
import { greatestLossDifference, lossesOn, nameOf } from './losses.ts'

/** Engines that have to be there; without this variable those that are not installed are skipped. */
const required = (process.env['LOCKSTEP_REQUIRE_ENGINES'] ?? '').split(',').map((name) => name.trim())

// The reference and plain JavaScript take a second or more for a step of the CNN.
const programs = [
  { model: 'mlp', steps: 10 },
  { model: 'cnn', steps: 3 },
] as const

describe.each(programs)('first $steps losses of mnist_$model', { timeout: 300_000 }, ({ model, steps }) => {
  let expected: readonly number[]

  beforeAll(async () => {
    const reference = await lossesOn({ backend: 'reference', model, steps })
    expected = 'losses' in reference ? reference.losses : []
    expect(expected).toHaveLength(steps)
  }, 300_000)

  it.for(comparedEngines.map((choice) => ({ name: nameOf(choice), ...choice })))(
    'on $name',
    async (choice, { skip }) => {
      const answer = await lossesOn({ ...choice, model, steps })
      if ('unavailable' in answer) {
        expect(required, answer.unavailable).not.toContain(choice.engine)
        console.warn(`NOT COMPARED: ${choice.name}. ${answer.unavailable}`)
        return skip(answer.unavailable)
      }
      const difference = greatestLossDifference(answer.losses, expected)
      console.log(`mnist_${model} on ${answer.engine}: largest relative difference ${difference.toExponential(1)}`)
      expect(difference).toBeLessThanOrEqual(lossTolerance)
    },
  )
})

describe('greatestLossDifference', () => {
  it('is relative to what was expected, and no number where a step is missing', () => {
    expect(greatestLossDifference([2, 3.3], [2, 3])).toBeCloseTo(0.1)
    expect(greatestLossDifference([2], [2, 3])).toBeNaN()
  })
})
