import { expect, test } from 'vitest'
import { batchOf, gradientStep, initialise } from '../convolutional.fixture.ts'
import { onnx } from '../onnx.ts'

test('both engines serve one process, whichever was loaded first, and give the same bits', async () => {
  const step = gradientStep(4)
  const losses: number[] = []
  const states: Float32Array[] = []
  for (const engine of ['js', 'c-api', 'js'] as const) {
    await using replica = await onnx({ engine, threads: 2 }).open(step.layout)
    const state = new Float32Array(step.layout.length)
    initialise(state, step)
    await replica.write(state)
    using call = await replica.prepare(step.graph)
    const { inputs, outputs } = batchOf(step)
    call.bind(inputs, outputs)
    await call.run()
    await replica.read(state)
    losses.push(outputs['loss']?.[0] ?? Number.NaN)
    states.push(state)
  }
  expect(losses[0]).toBeGreaterThan(0)
  expect(losses).toEqual([losses[0], losses[0], losses[0]])
  expect(states[1]).toEqual(states[0])
  expect(states[2]).toEqual(states[0])
})
