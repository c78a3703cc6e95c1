import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '../checkpoint/safetensors.ts'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'

const checkpoint: Checkpoint = {
  header: {
    model: { name: 'm' },
    seed: 2 ** 53 - 1,
    training: {
      learner: { name: 'sgd', learningRate: 0.1 },
      loss: 'mse',
      progress: { step: 3, samples: 30, epoch: 1, batch: 2, totals: [0.1, 'NaN'] },
    },
  },
  values: new Map([
    ['dense_1/kernel', Float32Array.of(1, -0, Number.NaN, 1e-45)],
    ['slot/velocity/dense_1/kernel', Float32Array.of(5, 6, 7, 8)],
    ['dense_1/empty', new Float32Array(0)],
  ]),
}
const shapeOf = (name: string): number[] => (name.endsWith('empty') ? [0, 3] : [2, 2])
const bytes = encodeCheckpoint(checkpoint, shapeOf)

describe('a model file', () => {
  it('holds header and values, bit by bit', () => {
    const { header, values } = decodeCheckpoint(bytes, 'm.safetensors')
    expect(header).toEqual({ format: 1, ...checkpoint.header })
    expect([...values.keys()].sort()).toEqual([...checkpoint.values.keys()].sort())
    for (const [name, value] of values) {
      const bits = (array: Float32Array): number[] => Array.from(new Uint32Array(array.slice().buffer))
      expect(bits(value)).toEqual(bits(checkpoint.values.get(name) as Float32Array))
    }
    expect(decodeSafetensors(bytes, 'm').tensors.get('dense_1/empty')?.shape).toEqual([0, 3])
  })

  it('may lie anywhere in memory, and the values are copies', () => {
    const shifted = new Uint8Array(bytes.length + 3).subarray(3)
    shifted.set(bytes)
    const { values } = decodeCheckpoint(shifted, 'm')
    shifted.fill(0)
    expect(Array.from(values.get('slot/velocity/dense_1/kernel') ?? [])).toEqual([5, 6, 7, 8])
  })

  it('may be made of views of larger memory', () => {
    const memory = Float32Array.of(0, 1, 2, 3, 4, 0)
    const file = encodeCheckpoint(
      { header: checkpoint.header, values: new Map([['w', memory.subarray(1, 5)]]) },
      () => [4],
    )
    expect(Array.from(decodeCheckpoint(file, 'm').values.get('w') ?? [])).toEqual([1, 2, 3, 4])
  })

  const withMetadata = (metadata: Record<string, string>): Uint8Array =>
    encodeSafetensors({ tensors: new Map(), metadata })
  it.each<readonly [string, () => Uint8Array, RegExp]>([
    ['cut short', () => bytes.subarray(0, bytes.length - 1), /cut short/],
    ['of something else', () => withMetadata({}), /has no metadata "lockstep"; expected a file written by model.save/],
    ['of a later version', () => withMetadata({ lockstep: '{"format":2}' }), /its format is 2; expected 1: update/],
    ['with a header of nothing', () => withMetadata({ lockstep: 'null' }), /its format is undefined/],
    ['with a damaged header', () => withMetadata({ lockstep: '{"format":1' }), /its metadata is no JSON/],
    [
      'of other numbers',
      () => {
        const tensors = new Map([['w', { dtype: 'I32' as const, shape: [1], data: Int32Array.of(1) }]])
        return encodeSafetensors({ tensors, metadata: { lockstep: '{"format":1}' } })
      },
      /tensor "w" is I32; expected F32/,
    ],
  ])('%s is refused by its name', (_, make, message) => {
    expect(() => decodeCheckpoint(make(), 'm.safetensors')).toThrow(
      expect.objectContaining({ code: 'invalid-data', message: expect.stringMatching(message) }),
    )
    expect(() => decodeCheckpoint(make(), 'm.safetensors')).toThrow(/^m.safetensors is/)
  })
})
