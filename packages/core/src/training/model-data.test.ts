import { describe, expect, it } from 'vitest'
import { dense } from '../network/layers/dense.ts'
import { embedding } from '../network/layers/embedding.ts'
import { Network } from '../network/network.ts'
import { checkIndices } from './indices.ts'
import { inputSet, splitSet, trainingSet, wholeBatch } from './model-data.ts'
import { ndarray } from './ndarray.ts'
import { objectivesFor } from './objective.ts'
import type { Program } from './program.ts'

function programOf(network: Network, loss: string): Program {
  return { network, objectives: objectivesFor(network.outputs, { loss }), trained: [] }
}

const line = programOf(Network.sequential([dense({ units: 1, inputShape: [2] })]), 'mse')
const x = ndarray(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7), [4, 2])
const y = [1, 2, 3, 4]

describe('a training set', () => {
  it('holds the arrays themselves, and weights only where there are any', () => {
    const set = trainingSet(line, x, y)
    expect(set).toMatchObject({ length: 4, weights: [undefined] })
    expect(set.inputs[0]).toBe(x)
    expect(set.targets[0]?.shape).toEqual([4, 1])
    expect(Array.from(trainingSet(line, x, y, { sampleWeight: [1, 0, 2, 1] }).weights[0] ?? [])).toEqual([1, 0, 2, 1])
  })

  it('is refused where lengths differ', () => {
    expect(() => trainingSet(line, x, [1, 2, 3])).toThrow(/x has 4 samples but y has 3/)
    expect(() => trainingSet(line, x, y, { sampleWeight: [1] })).toThrow(/x has 4 samples but sampleWeight has 1/)
  })

  it('is one batch as a whole', () => {
    const batch = wholeBatch(trainingSet(line, x, y))
    expect(batch).toMatchObject({ size: 4, rows: { start: 0, count: 4 } })
    expect(Array.from(batch.weights[0] ?? [])).toEqual([1, 1, 1, 1])
    expect(wholeBatch(inputSet(line, x)).targets).toEqual([])
  })

  it('is split as Keras splits it, before any shuffling', () => {
    const [training, validation] = splitSet(trainingSet(line, x, y, { sampleWeight: y }), 0.3)
    expect([training.length, validation.length]).toEqual([2, 2])
    expect(Array.from(validation.inputs[0]?.data ?? [])).toEqual([4, 5, 6, 7])
    expect(Array.from(validation.targets[0]?.data ?? [])).toEqual([3, 4])
    expect(Array.from(validation.weights[0] ?? [])).toEqual([3, 4])
  })

  it.each([0, 1, -0.5, 0.99, 1e-17, Number.NaN])('is not split by %s', (split) => {
    expect(() => splitSet(trainingSet(line, x, y), split)).toThrow(/validationSplit is .* of 4 samples/)
  })
})

describe('indices', () => {
  const words = Network.sequential([embedding({ inputDim: 3, outputDim: 2, inputShape: [2] })])

  it('must be in the table that they go to', () => {
    expect(() =>
      checkIndices(words, [
        ndarray([
          [0, 1],
          [2, 2],
        ]),
      ]),
    ).not.toThrow()
    expect(() =>
      checkIndices(words, [
        ndarray([
          [0, 1],
          [2, 3],
        ]),
      ]),
    ).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        message: 'input "embedding_1_input" holds 3 in sample 1; expected a whole number from 0 to 2',
      }),
    )
  })

  it('are looked for in int32 inputs alone', () => {
    expect(() => checkIndices(line.network, [ndarray([[0.5, Number.NaN]])])).not.toThrow()
  })
})
