import {
  averagePooling2d,
  conv2d,
  depthwiseConv2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  maxPooling2d,
} from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { count, expectValues, runLayer } from './run-layer.fixture.ts'

describe('convolutions', () => {
  const inputs = [{ shape: [3, 3, 1], values: count(9) }]
  const kernel = [1, 0, 0, -1]

  it('conv2d slides without padding, or with zeros so that extents stay', () => {
    const layer = { filters: 1, kernelSize: 2 } as const
    expectValues(runLayer(conv2d(layer), { inputs, weights: { kernel, bias: [10] } }), [2, 2, 1], [6, 6, 6, 6])
    const same = runLayer(conv2d({ ...layer, padding: 'same', activation: 'relu' }), { inputs, weights: { kernel } })
    expectValues(same, [3, 3, 1], [0, 0, 3, 0, 0, 6, 7, 8, 9])
    const strided = runLayer(conv2d({ ...layer, strides: [1, 2], padding: 'same' }), { inputs, weights: { kernel } })
    expectValues(strided, [3, 2, 1], [-4, 3, -4, 6, 7, 9])
    const dilated = runLayer(conv2d({ ...layer, dilationRate: 2 }), { inputs, weights: { kernel } })
    expectValues(dilated, [1, 1, 1], [-8])
  })

  it('conv2d mixes channels, within groups', () => {
    const pixels = [{ shape: [1, 1, 4], values: [1, 2, 3, 4] }]
    const all = { kernel: [1, 0, 0, 1, 1, 0, 0, 1] }
    expectValues(runLayer(conv2d({ filters: 2, kernelSize: 1 }), { inputs: pixels, weights: all }), [1, 1, 2], [4, 6])
    const grouped = runLayer(conv2d({ filters: 2, kernelSize: 1, groups: 2 }), {
      inputs: pixels,
      weights: { kernel: [1, 1, 10, 10] },
    })
    expectValues(grouped, [1, 1, 2], [21, 43])
  })

  it('depthwiseConv2d keeps channels apart and orders its results by channel', () => {
    const pixels = [{ shape: [1, 2, 2], values: [1, 10, 2, 20] }]
    // Kernel [1, 2, channels 2, multiplier 2].
    const depthwiseKernel = [1, 2, 3, 4, 1, -1, 1, -1]
    const layer = depthwiseConv2d({ kernelSize: [1, 2], depthMultiplier: 2 })
    const result = runLayer(layer, { inputs: pixels, weights: { depthwiseKernel, bias: [0, 0, 0, 1] } })
    expectValues(result, [1, 1, 4], [1 + 2, 2 - 2, 30 + 20, 40 - 20 + 1])
  })
})

describe('pooling', () => {
  const inputs = [{ shape: [3, 3, 1], values: [1, 9, 2, 3, 4, 5, 6, 7, 8] }]

  it('takes the maximum or the mean of windows that do not overlap, unless strides say so', () => {
    expectValues(runLayer(maxPooling2d(), { inputs }), [1, 1, 1], [9])
    expectValues(runLayer(averagePooling2d(), { inputs }), [1, 1, 1], [17 / 4])
    expectValues(runLayer(maxPooling2d({ strides: 1 }), { inputs }), [2, 2, 1], [9, 9, 7, 8])
  })

  it('leaves padding out of the mean', () => {
    expectValues(runLayer(averagePooling2d({ padding: 'same' }), { inputs }), [2, 2, 1], [17 / 4, 3.5, 6.5, 8])
    expectValues(runLayer(maxPooling2d({ padding: 'same' }), { inputs }), [2, 2, 1], [9, 5, 7, 8])
  })

  it('reduces whole channels', () => {
    const image = [{ shape: [2, 1, 2], values: [1, 20, 3, 10] }]
    expectValues(runLayer(globalMaxPooling2d(), { inputs: image }), [2], [3, 20])
    expectValues(runLayer(globalAveragePooling2d(), { inputs: image }), [2], [2, 15])
    expect(() => runLayer(globalMaxPooling2d(), { inputs: [{ shape: [3], values: [1, 2, 3] }] })).toThrowError(
      'global_max_pooling2d: globalMaxPooling2d on samples got [3]; expected images',
    )
  })
})
