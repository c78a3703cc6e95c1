import {
  conv2d,
  dense,
  dropout,
  flatten,
  graph,
  maxPooling2d,
  ndarray,
  ops,
  sequential,
  stateLayout,
} from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import type { EngineName } from './engine/engine-name.ts'
import { loadEngine } from './engine/load-engine.ts'
import { tfjs } from './tfjs.ts'

/** What the conformance kit cannot see: tensors that are left behind, and memory that is shared with the host. */
export function engineTests(engine: EngineName): void {
  describe(`tfjs on ${engine} and its tensors`, () => {
    it('holds as many after 1000 steps as after 10, and none after disposal', () => countsTensors(engine), 300_000)
    it('copies what it is fed and what it hands out', () => copies(engine))
    it('holds none of a run that failed', () => failsCleanly(engine))
  })
}

async function countsTensors(engine: EngineName): Promise<void> {
  const { tf } = await loadEngine(engine)
  const held = () => ({ ...tf.memory(), ids: tf.backend().numDataIds() })
  const before = held()
  const model = sequential(
    [
      conv2d({ filters: 2, kernelSize: 2, useBias: false, inputShape: [5, 5, 1] }),
      maxPooling2d({ poolSize: 2 }),
      dropout({ rate: 0.3 }),
      flatten(),
      dense({ units: 3, activation: 'softmax' }),
    ],
    { seed: 1 },
  )
  model.compile({
    backend: tfjs({ engine }),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    learner: 'momentum',
  })
  const x = ndarray(
    Float32Array.from({ length: 2 * 25 }, (_, index) => Math.sin(index)),
    [2, 5, 5, 1],
  )
  const y = ndarray(Float32Array.of(1, 0, 0, 0, 0, 1), [2, 3])
  const steps = async (count: number): Promise<void> => {
    for (let step = 0; step < count; step++) await model.trainOnBatch(x, y)
  }
  await steps(10)
  const early = held()
  await steps(990)
  expect(held()).toEqual(early)
  await model.dispose()
  expect(held()).toEqual(before)
}

async function copies(engine: EngineName): Promise<void> {
  const layout = stateLayout([
    ['a', [2]],
    ['b', [2]],
  ])
  await using replica = await tfjs({ engine }).open(layout)
  const [whole, x] = [new Float32Array(32).fill(5), Float32Array.of(1, 2)]
  await replica.write(whole)
  whole.fill(9)
  const b = ops.state('b', [2])
  using call = await replica.prepare(graph({ updates: { a: ops.input('x', [2]) }, outputs: { b } }))
  const out = new Float32Array(2)
  call.bind({ x }, { b: out })
  await call.run()
  for (const memory of [x, out]) memory.fill(7)
  const seen = new Float32Array(32)
  await replica.read(seen)
  expect([...seen.subarray(0, 2), ...seen.subarray(16, 18)]).toEqual([1, 2, 5, 5])
  seen.fill(8)
  await replica.read(seen, undefined)
  expect([...seen.subarray(0, 2), ...seen.subarray(16, 18)]).toEqual([1, 2, 5, 5])
}

async function failsCleanly(engine: EngineName): Promise<void> {
  const { tf } = await loadEngine(engine)
  const before = tf.memory().numTensors
  const replica = await tfjs({ engine }).open(stateLayout([]))
  // Data is checked before it reaches a graph; an index beyond it is the engine's to refuse.
  const picked = ops.gather(ops.exp(ops.input('x', [2])), ops.input('at', [1], 'int32'))
  using call = await replica.prepare(graph({ outputs: { picked } }))
  call.bind({ x: new Float32Array(2), at: Int32Array.of(9) }, { picked: new Float32Array(1) })
  const outcome = await call.run().then(
    () => 'computed',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  )
  expect([
    'computed',
    expect.stringMatching(/^engine-failure: TensorFlow\.js failed to compute gather/),
  ]).toContainEqual(outcome)
  await replica[Symbol.asyncDispose]()
  expect(tf.memory().numTensors).toBe(before)
}
