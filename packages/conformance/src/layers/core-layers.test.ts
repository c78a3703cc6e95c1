import { dense, dropout, embedding, flatten, gaussianNoise, permute, reshape, zeroPadding2d } from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { count, expectValues, runLayer } from './run-layer.fixture.ts'

describe('dense', () => {
  const weights = { kernel: [1, 2, 3, 4, 5, 6], bias: [0.5, -40] }

  it('is x · kernel + bias, activated', () => {
    const inputs = [{ shape: [3], values: [1, 2, 3, 0, 1, -1] }]
    expectValues(runLayer(dense({ units: 2 }), { inputs, weights }), [2], [22.5, -12, -1.5, -42])
    expectValues(runLayer(dense({ units: 2, activation: 'relu' }), { inputs, weights }), [2], [22.5, 0, 0, 0])
    expectValues(runLayer(dense({ units: 2, useBias: false }), { inputs, weights }), [2], [22, 28, -2, -2])
  })

  it('works on the last axis of samples with several', () => {
    const inputs = [{ shape: [2, 3], values: [1, 2, 3, 0, 1, -1] }]
    expectValues(runLayer(dense({ units: 2 }), { inputs, weights }), [2, 2], [22.5, -12, -1.5, -42])
  })
})

describe('dropout', () => {
  const inputs = [{ shape: [2, 2], values: count(8) }]

  it('scales what it keeps while training and does nothing otherwise', () => {
    const layer = (): ReturnType<typeof dropout> => dropout({ rate: 0.2 })
    const trained = runLayer(layer(), { inputs, training: true, randoms: [[1, 0, 1, 1, 0, 0, 1, 1]] })
    expectValues(trained, [2, 2], [1.25, 0, 3.75, 5, 0, 0, 8.75, 10])
    expectValues(runLayer(layer(), { inputs }), [2, 2], count(8))
  })

  it('shares the mask along axes where noiseShape is 1', () => {
    const layer = dropout({ rate: 0.5, noiseShape: [1, 2] })
    expectValues(
      runLayer(layer, { inputs, training: true, randoms: [[1, 0, 0, 1]] }),
      [2, 2],
      [2, 0, 6, 0, 0, 12, 0, 16],
    )
    expect(() => runLayer(dropout({ rate: 0.5, noiseShape: [3, 2] }), { inputs, training: true })).toThrowError(
      'dropout: noiseShape is [3,2]',
    )
  })

  it.each([0, 1])('does nothing at rate %d', (rate) => {
    expectValues(runLayer(dropout({ rate }), { inputs, training: true }), [2, 2], count(8))
  })
})

it('gaussianNoise adds stddev · noise while training only', () => {
  const inputs = [{ shape: [2], values: [1, 2] }]
  expectValues(runLayer(gaussianNoise({ stddev: 0.5 }), { inputs, training: true, randoms: [[2, -4]] }), [2], [2, 0])
  expectValues(runLayer(gaussianNoise({ stddev: 0.5 }), { inputs }), [2], [1, 2])
})

describe('layers that move elements', () => {
  const inputs = [{ shape: [2, 3], values: count(12) }]

  it('flatten and reshape keep the order', () => {
    expectValues(runLayer(flatten(), { inputs }), [6], count(12))
    expectValues(runLayer(reshape({ targetShape: [-1, 2] }), { inputs }), [3, 2], count(12))
    expect(() => runLayer(reshape({ targetShape: [4, -1] }), { inputs })).toThrowError(
      'reshape: reshape of samples got [2, 3] and [4, -1]; expected 6 elements in both',
    )
  })

  it('permute counts axes from 1', () => {
    expectValues(runLayer(permute({ dims: [2, 1] }), { inputs }), [3, 2], [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12])
    expect(() => runLayer(permute({ dims: [2, 3, 1] }), { inputs })).toThrowError('expected 3 axes')
    expect(() => permute({ dims: [0, 1] })).toThrowError('permute: dims is [0,1]; expected each of 1 … n once')
  })

  it('zeroPadding2d pads each side', () => {
    const image = [{ shape: [1, 2, 1], values: [1, 2] }]
    expectValues(runLayer(zeroPadding2d(), { inputs: image }), [3, 4, 1], [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0])
    expectValues(runLayer(zeroPadding2d({ padding: [0, 1] }), { inputs: image }), [1, 4, 1], [0, 1, 2, 0])
    expectValues(
      runLayer(
        zeroPadding2d({
          padding: [
            [1, 0],
            [0, 2],
          ],
        }),
        { inputs: image },
      ),
      [2, 4, 1],
      [0, 0, 0, 0, 1, 2, 0, 0],
    )
  })
})

it('embedding looks vectors up', () => {
  const weights = { embeddings: [0, 1, 10, 11, 20, 21] }
  const result = runLayer(embedding({ inputDim: 3, outputDim: 2 }), {
    inputs: [{ shape: [2], values: [2, 0, 1, 1] }],
    weights,
  })
  expectValues(result, [2, 2], [20, 21, 0, 1, 10, 11, 10, 11])
})
