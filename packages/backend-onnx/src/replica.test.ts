import { type Backend, type Graph, graph, ops, type Replica, type StateLayout, stateLayout } from '@lockstep/core'
import { describe, expect, test } from 'vitest'
import { batchOf, gradientStep, initialise } from './convolutional.fixture.ts'
import { onnx } from './onnx.ts'

const layout: StateLayout = stateLayout([
  ['a', [3]],
  ['b', [3]],
])

const read = async (replica: Replica): Promise<number[]> => {
  const state = new Float32Array(layout.length)
  await replica.read(state)
  return [...state.slice(0, 3), ...state.slice(16, 19)]
}

/** New values of both entries from the old ones of both. */
function exchange(): Graph {
  const [a, b] = [ops.state('a', [3]), ops.state('b', [3])]
  return graph({ updates: { a: ops.add(b, ops.mul(a, b)), b: ops.sub(a, b) } })
}

const engines: readonly (readonly [string, Backend])[] = [
  ['C API', onnx({ engine: 'c-api' })],
  ['JavaScript binding', onnx({ engine: 'js' })],
]

describe.each(engines)('%s', (_, backend) => {
  test('every read of a run comes before its writes', async () => {
    await using replica = await backend.open(layout)
    await replica.write(Float32Array.of(1, 2, 3), { start: 0, end: 3 })
    await replica.write(Float32Array.of(4, 5, 6), { start: 16, end: 19 })
    using call = await replica.prepare(exchange())
    call.bind({}, {})
    await call.run()
    expect(await read(replica)).toEqual([8, 15, 24, -3, -3, -3])
    await call.run()
    expect(await read(replica)).toEqual([-27, -48, -75, 11, 18, 27])
  })

  test('a replica that is disposed during a run waits for it, and the run ends well', async () => {
    const step = gradientStep(8)
    const replica = await backend.open(step.layout)
    const call = await replica.prepare(step.graph)
    const { inputs, outputs } = batchOf(step)
    call.bind(inputs, outputs)
    let running = true
    const run = call.run().then(() => {
      running = false
    })
    await replica[Symbol.asyncDispose]()
    expect(running).toBe(false)
    await run
    expect(outputs['loss']?.[0]).toBeCloseTo(8 * Math.log(10), 3)
    await expect(call.run()).rejects.toMatchObject({ code: 'disposed' })
  })

  test('a call that is disposed during its run lets it finish, and no other begin', async () => {
    const step = gradientStep(8)
    await using replica = await backend.open(step.layout)
    const call = await replica.prepare(step.graph)
    const { inputs, outputs } = batchOf(step)
    call.bind(inputs, outputs)
    const run = call.run()
    call[Symbol.dispose]()
    await run
    expect(outputs['loss']?.[0]).toBeCloseTo(8 * Math.log(10), 3)
    await expect(call.run()).rejects.toMatchObject({ code: 'disposed' })
    expect(() => call.bind(inputs, outputs)).toThrow(expect.objectContaining({ code: 'disposed' }))
    using again = await replica.prepare(step.graph)
    again.bind(inputs, outputs)
    await again.run()
  })

  test('fused steps of a convolutional network give the bits of single ones', async () => {
    const [step, steps] = [gradientStep(4), 3]
    const { inputs } = batchOf(step)
    const batches = Array.from({ length: steps }, (_, index) =>
      Object.entries(inputs).map(([name, values]) => [name, values.map((value) => value / 2 ** index)] as const),
    )
    await using replica = await backend.open(step.layout)
    const state = new Float32Array(step.layout.length)
    initialise(state, step)

    await replica.write(state)
    using single = await replica.prepare(step.graph)
    const losses: number[] = []
    for (const batch of batches) {
      const loss = new Float32Array(1)
      single.bind(Object.fromEntries(batch), { loss })
      await single.run()
      losses.push(...loss)
    }
    const expected = new Float32Array(step.layout.length)
    await replica.read(expected)

    await replica.write(state)
    using fused = await replica.prepare(step.graph, { steps })
    const stacked = Object.entries(inputs).map(([name, values]) => {
      const all = new (values.constructor as Float32ArrayConstructor)(values.length * steps)
      for (const [index, batch] of batches.entries()) {
        all.set(Object.fromEntries(batch)[name] as Float32Array, index * values.length)
      }
      return [name, all] as const
    })
    const loss = new Float32Array(steps)
    fused.bind(Object.fromEntries(stacked), { loss })
    await fused.run()
    const actual = new Float32Array(step.layout.length)
    await replica.read(actual)
    expect([...loss]).toEqual(losses)
    expect(new Set(losses).size).toBe(steps)
    expect(Buffer.compare(Buffer.from(actual.buffer), Buffer.from(expected.buffer))).toBe(0)
  })

  test('gradients are the same at every level of optimisation', async () => {
    const step = gradientStep(5)
    const { inputs, outputs } = batchOf(step)
    const states: Float32Array[] = []
    for (const graphOptimizationLevel of ['disabled', 'basic', 'extended', 'all'] as const) {
      const options = { ...backend.descriptor.options, graphOptimizationLevel }
      await using replica = await onnx(options).open(step.layout)
      const state = new Float32Array(step.layout.length)
      initialise(state, step)
      await replica.write(state)
      using call = await replica.prepare(step.graph)
      call.bind(inputs, outputs)
      await call.run()
      await replica.read(state)
      states.push(state)
    }
    const [first, ...others] = states as [Float32Array, ...Float32Array[]]
    for (const { offset, length, name } of step.layout.entries.values()) {
      const part = first.subarray(offset, offset + length)
      const scale = part.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
      expect(scale, name).toBeGreaterThan(0)
      for (const other of others) {
        const error = part.reduce((worst, value, at) => Math.max(worst, Math.abs(value - (other[offset + at] ?? 0))), 0)
        expect(error / scale, name).toBeLessThan(2e-6)
      }
    }
  })
})

test('calls that were prepared of the same graph work on the state of their own replica', async () => {
  const backend = onnx({ engine: 'c-api' })
  await using first = await backend.open(layout)
  await using second = await backend.open(layout)
  await first.write(Float32Array.of(1, 1, 1), { start: 0, end: 3 })
  await second.write(Float32Array.of(2, 2, 2), { start: 0, end: 3 })
  const calls = await Promise.all([first, second].map((replica) => replica.prepare(exchange())))
  for (const call of calls) call.bind({}, {})
  await Promise.all(calls.map((call) => call.run()))
  expect(await read(first)).toEqual([0, 0, 0, 1, 1, 1])
  expect(await read(second)).toEqual([0, 0, 0, 2, 2, 2])
})
