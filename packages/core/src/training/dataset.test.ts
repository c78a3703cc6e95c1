import { describe, expect, it } from 'vitest'
import { dense } from '../network/layers/dense.ts'
import { Network } from '../network/network.ts'
import { type Dataset, type DatasetBatch, datasetSource, givenData, isDataset } from './dataset.ts'
import { ndarray } from './ndarray.ts'
import { objectivesFor } from './objective.ts'

const network = Network.sequential([dense({ units: 1, inputShape: [1] })])
const program = { network, objectives: objectivesFor(network.outputs, { loss: 'mse' }), trained: [] }
const array = ndarray([[1], [2]])

function* counting(count: number, closed: { times: number } = { times: 0 }): Generator<DatasetBatch> {
  try {
    for (let value = 0; value < count; value++) yield { x: [[value]], y: [[value]] }
  } finally {
    closed.times++
  }
}

async function valuesOf(epoch: Iterable<unknown> | AsyncIterable<unknown>, most = 100): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const batch of epoch) {
    values.push((batch as { inputs: { data: ArrayLike<number> }[] }).inputs[0]?.data[0])
    if (values.length === most) break
  }
  return values
}

describe('a dataset', () => {
  async function* later(): AsyncGenerator<DatasetBatch> {
    yield* counting(1)
  }
  it.each<readonly [string, unknown, boolean]>([
    ['a generator', counting(1), true],
    ['an async generator', later(), true],
    ['a set', new Set(), true],
    ['a list of batches', [{ x: [[1]], y: [[1]] }], true],
    ['a list of pairs', [[array, array]], true],
    ['a list of pairs of typed arrays', [[new Float32Array(1), new Float32Array(1)]], true],
    ['an array with a shape', array, false],
    ['a typed array', new Float32Array(2), false],
    ['a list of numbers', [1, 2], false],
    ['rows of numbers', [[1], [2]], false],
    ['inputs of a model', [array, array], false],
    ['inputs by name', { a: array }, false],
    ['an empty list', [], false],
    ['nothing', undefined, false],
  ])('%s: %#', (_, data, expected) => {
    expect(isDataset(data as Dataset)).toBe(expected)
  })

  it('is told from arrays in a call’s arguments', () => {
    const dataset = [{ x: array, y: array }]
    const options = { epochs: 2 }
    expect(givenData(dataset, options, undefined)).toEqual({ data: { dataset }, options })
    expect(givenData(dataset, undefined, options)).toEqual({ data: { dataset }, options })
    expect(givenData(array, array, options)).toEqual({ data: { x: array, y: array }, options })
    expect(givenData(array, array, undefined).options).toEqual({})
  })
})

describe('batches of a dataset', () => {
  it('begin anew where they can, limited and from a given one on; their iterators are closed', async () => {
    const closed = { times: 0 }
    const source = datasetSource(program, { [Symbol.iterator]: () => counting(5, closed) }, { limit: 3 })
    expect(source.batches).toBe(3)
    expect(await valuesOf(source.epoch(0, 0))).toEqual([0, 1, 2])
    expect(await valuesOf(source.epoch(1, 1))).toEqual([1, 2])
    expect(await valuesOf(source.epoch(2, 0), 1)).toEqual([0])
    expect(await valuesOf(source.epoch(2, 3))).toEqual([])
    expect(closed.times).toBe(4)
  })

  it('go on where an iterator stands, which is left open', async () => {
    const closed = { times: 0 }
    const iterator = counting(5, closed)
    const source = datasetSource(program, iterator, { limit: 2 })
    expect(await valuesOf(source.epoch(0, 0))).toEqual([0, 1])
    expect(await valuesOf(source.epoch(1, 0))).toEqual([2, 3])
    expect(closed.times).toBe(0)
    await expect(valuesOf(source.epoch(2, 0))).rejects.toThrow(/ended after 1 batches .* stepsPerEpoch is 2/)
  })

  it('bring weights, of samples and of classes', async () => {
    const batch = { x: [[1], [2]], y: [[0], [1]], sampleWeight: [2, 3] }
    const { value } = await (
      datasetSource(program, [batch], { classWeight: { 1: 5 } }).epoch(0, 0) as AsyncGenerator<{
        weights: Float32Array[]
      }>
    ).next()
    expect(Array.from(value.weights[0])).toEqual([2, 15])
  })

  it.each<readonly [string, () => unknown, RegExp]>([
    ['none', () => valuesOf(datasetSource(program, [], {}).epoch(3, 0)), /gave no batch in epoch 3/],
    [
      'no batch',
      () => valuesOf(datasetSource(program, [7] as never, {}).epoch(0, 0)),
      /yielded 7; expected \{ x, y \}/,
    ],
    ['half a batch', () => valuesOf(datasetSource(program, [[array]] as never, {}).epoch(0, 0)), /y is undefined/],
    ['weights apart', () => datasetSource(program, [], { sampleWeight: [1] }), /sampleWeight needs arrays/],
  ])('are refused: %s', async (_, work, message) => {
    await expect((async () => work())()).rejects.toThrow(message)
  })
})
