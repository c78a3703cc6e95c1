import { expect, test } from 'vitest'
import { batchOf, gradientStep, initialise } from '../convolutional.fixture.ts'
import { OnnxGraph } from '../lowering/onnx-graph.ts'
import { writeModel } from '../lowering/write-model.ts'
import { onnx } from '../onnx.ts'
import type { BoundTensor, Session, SessionOptions } from './engine.ts'
import { loadEngine } from './load-engine.ts'

const options: SessionOptions = { threads: 2, optimizationLevel: 'extended' }

/** y = x · w + x on vectors, as many elements as asked for. */
function model(length: number): Uint8Array {
  const onnx = new OnnxGraph()
  const [x, w] = ['x', 'w'].map((name) => onnx.input(name, 'float32', [length]))
  const shape = [length]
  onnx.output('y', onnx.add('Add', [onnx.add('Mul', [x, w], { shape }), x], { shape }))
  return writeModel(onnx)
}

const tensor = (name: string, memory: Float32Array): BoundTensor => ({
  name,
  dtype: 'float32',
  shape: [memory.length],
  memory,
})

async function multiply(session: Session, x: Float32Array, w: Float32Array, y: Float32Array): Promise<void> {
  const binding = session.bind([tensor('x', x), tensor('w', w)], [tensor('y', y)])
  await binding.run()
  binding.release()
}

test('reads and writes memory of every kind in place, at any offset', async () => {
  const session = await (await loadEngine('c-api')).load(model(2), options)
  const shared = new Float32Array(new SharedArrayBuffer(64)).subarray(3, 5)
  const wasm = new Float32Array(new WebAssembly.Memory({ initial: 1 }).buffer, 64, 2)
  shared.set([3, 4])
  wasm.set([5, 6])
  const y = new Float32Array(2)
  await multiply(session, shared, wasm, y)
  expect([...y]).toEqual([18, 28])
  await multiply(session, y, Float32Array.of(1, 1), shared)
  expect([...shared]).toEqual([36, 56])
  await session.release()
})

test('many runs of one session go on at the same time', async () => {
  const length = 200_000
  const session = await (await loadEngine('c-api')).load(model(length), options)
  const results = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const y = new Float32Array(length)
      await multiply(session, new Float32Array(length).fill(index), new Float32Array(length).fill(2), y)
      return y
    }),
  )
  expect(results.map((y) => y.every((value, _, all) => value === all[0]) && y[0])).toEqual([0, 3, 6, 9, 12, 15, 18, 21])
  await session.release()
})

test('sessions with another number of threads than the first have pools of their own', async () => {
  const engine = await loadEngine('c-api')
  for (const threads of [2, 1, 3]) {
    const session = await engine.load(model(2), { ...options, threads })
    const y = new Float32Array(2)
    await multiply(session, Float32Array.of(1, 2), Float32Array.of(3, 4), y)
    expect([...y]).toEqual([4, 10])
    await session.release()
  }
})

test('a damaged model is an engine failure that says so', async () => {
  const engine = await loadEngine('c-api')
  await expect(engine.load(Uint8Array.of(1, 2, 3), options)).rejects.toMatchObject({
    code: 'engine-failure',
    details: { engine: 'c-api' },
    message: expect.stringContaining('failed to compile a model'),
  })
})

test('memory of the wrong length is refused when it is bound', async () => {
  const session = await (await loadEngine('c-api')).load(model(2), options)
  const short: BoundTensor = { ...tensor('x', new Float32Array(1)), shape: [2] }
  expect(() => session.bind([short], [])).toThrow(expect.objectContaining({ code: 'engine-failure' }))
  await session.release()
})

test('the event loop turns while a step of mnist_cnn runs', async () => {
  const step = gradientStep(64)
  await using replica = await onnx({ engine: 'c-api' }).open(step.layout)
  initialise(replica.hostState?.floats ?? new Float32Array(0), step)
  using call = await replica.prepare(step.graph)
  const { inputs, outputs } = batchOf(step, true)
  call.bind(inputs, outputs)
  await call.run()
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  await call.run()
  clearInterval(timer)
  expect(ticks).toBeGreaterThanOrEqual(5)
  expect(outputs['loss']?.[0]).toBeGreaterThan(0)
})
