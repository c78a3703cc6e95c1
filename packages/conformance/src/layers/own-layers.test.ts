import { defineLayer, initializers, lambda, ops } from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { expectValues, runLayer } from './run-layer.fixture.ts'

describe('layers of one’s own', () => {
  it('lambda computes any function', () => {
    const inputs = [{ shape: [2], values: [1, 2] }]
    expectValues(
      runLayer(
        lambda((x) => ops.mul(x, 2)),
        { inputs },
      ),
      [2],
      [2, 4],
    )
    expect(() =>
      runLayer(
        lambda((x) => ops.greater(x, 0)),
        { inputs },
      ),
    ).toThrowError('lambda: a bool result got [1, 2]; expected float32 or int32, use ops.cast')
    expect(() =>
      runLayer(
        lambda((x) => ops.reduceSum(x)),
        { inputs },
      ),
    ).toThrowError('lambda: the result for a batch of 1 got []')
  })

  it('defineLayer makes one with weights, options and random tensors', () => {
    const noisyScale = defineLayer('NoisyScale', ({ start = 3 }: { readonly start?: number }) => ({
      weights: ([shape]) => ({
        gain: { shape, initializer: initializers.constant({ value: start }), kind: 'parameter' },
      }),
      call: ([x], { gain }, context) => {
        const scaled = ops.mul(x, gain)
        if (!context.training) return scaled
        return ops.add(ops.mul(scaled, context.random('uniform', x.shape)), context.random('normal', x.shape))
      },
    }))
    const inputs = [{ shape: [2], values: [1, 2] }]
    expectValues(runLayer(noisyScale(), { inputs }), [2], [3, 6])
    expectValues(
      runLayer(noisyScale({ start: 4 }), {
        inputs,
        training: true,
        randoms: [
          [0.5, 0.25],
          [1, -1],
        ],
      }),
      [2],
      [3, 1],
    )
    expect(noisyScale({ name: 'n' }).name).toBe('n')
    expect(noisyScale.className).toBe('NoisyScale')
  })

  it('a layer that asks for a random tensor outside training is told', () => {
    const careless = defineLayer('Careless', () => ({
      call: ([x], _weights, context) => ops.add(x, context.random('normal', x.shape)),
    }))
    expect(() => runLayer(careless(), { inputs: [{ shape: [2], values: [1, 2] }] })).toThrowError(
      'careless asked for a random tensor outside training; ask only where context.training is true',
    )
  })
})
