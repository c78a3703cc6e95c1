import { describe, expect, it } from 'vitest'
import type { NodeOf } from '../graph/node.ts'
import { random } from '../graph/ops/leaves.ts'
import { fillRandom } from '../random/index.ts'
import { randomBuffers } from './random-buffers.ts'

const mask = random('bernoulli', [3, 5], { stream: 7 }) as NodeOf<'random'>
const noise = random('normal', [3, 2], { stream: 2 }) as NodeOf<'random'>
const key = { seed: 4, step: 9, firstPosition: 6 }

function drawn(node: NodeOf<'random'>, step: number): readonly number[] {
  const [samples, perSample] = node.shape as [number, number]
  const out = node.dtype === 'bool' ? new Uint8Array(samples * perSample) : new Float32Array(samples * perSample)
  fillRandom(node.attributes, { ...key, step, stream: node.attributes.stream }, samples, perSample, out)
  return Array.from(out)
}

describe('random buffers', () => {
  it('hold, for each of the fused runs, the bits of its step', () => {
    const buffers = randomBuffers([mask, noise], 2)
    buffers.fill(key, 0)
    buffers.fill({ ...key, step: 10 }, 1)
    for (const node of [mask, noise])
      expect(Array.from(buffers.tensor(node) ?? [])).toEqual([...drawn(node, 9), ...drawn(node, 10)])
  })

  it('take over one run of a call that has them in another order and number', () => {
    const fused = randomBuffers([mask, noise], 3)
    for (const run of [0, 1, 2]) fused.fill({ ...key, step: 9 + run }, run)
    const single = randomBuffers([noise, mask], 1)
    for (const run of [0, 2]) {
      single.copyFrom(fused, run)
      for (const node of [mask, noise]) expect(Array.from(single.tensor(node) ?? [])).toEqual(drawn(node, 9 + run))
    }
  })

  it('leave alone what the other call does not have', () => {
    const single = randomBuffers([noise, mask], 1)
    single.fill(key)
    single.copyFrom(randomBuffers([], 1))
    expect(Array.from(single.tensor(noise) ?? [])).toEqual(drawn(noise, 9))
    expect(randomBuffers([mask], 1).tensor(noise)).toBeUndefined()
  })
})
