import { graph, ops, stateLayout } from '@lockstep/core'
import { expect, test } from 'vitest'
import { loadEngine } from './engine/load-engine.ts'
import { tfjs } from './tfjs.ts'

const layout = stateLayout([['w', [2]]])

test('the device says what computes, and on what', async () => {
  const [device, ...others] = await tfjs({ engine: 'wasm' }).devices()
  expect(others).toEqual([])
  expect(device).toMatchObject({ id: 'cpu:0', kind: 'cpu', isolation: 'thread' })
  expect(device?.engine).toMatch(/^TensorFlow\.js wasm 4\.22\.0 \((no )?SIMD\)$/)
  expect(device?.name).toMatch(/\(wasm\)$/)
})

test('a process has one engine: without a wish it is that, and another is refused', async () => {
  await using replica = await tfjs({ engine: 'wasm' }).open(layout)
  await using other = await tfjs().open(layout)
  expect(other.device).toEqual(replica.device)
  await expect(tfjs({ engine: 'cpu' }).open(layout)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining("use tfjs({ engine: 'wasm' }), or run cpu in a process of its own"),
  })
})

test('an engine that was changed behind its back is noticed', async () => {
  const { tf } = await loadEngine('wasm')
  await using replica = await tfjs({ engine: 'wasm' }).open(layout)
  using call = await replica.prepare(graph({ outputs: { y: ops.neg(ops.state('w', [2])) } }))
  call.bind({}, { y: new Float32Array(2) })
  tf.registerBackend('other', () => new tf.KernelBackend())
  await tf.setBackend('other')
  await expect(call.run()).rejects.toMatchObject({
    code: 'invalid-state',
    message: expect.stringContaining('something has set TensorFlow.js to other'),
  })
  await tf.setBackend('wasm')
  await call.run()
})

test('timers go on while steps follow one another', async () => {
  await using replica = await tfjs({ engine: 'wasm' }).open(layout)
  using call = await replica.prepare(graph({ outputs: { y: ops.neg(ops.state('w', [2])) } }))
  call.bind({}, { y: new Float32Array(2) })
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  const end = performance.now() + 50
  while (performance.now() < end) await call.run()
  clearInterval(timer)
  expect(ticks).toBeGreaterThan(5)
})

test('a number of threads that is none is refused; one thread is within every limit', async () => {
  for (const threads of [0, -1, 1.5, Number.NaN])
    await expect(tfjs({ engine: 'wasm' }).open(layout, { threads })).rejects.toMatchObject({ code: 'invalid-argument' })
  await using replica = await tfjs({ engine: 'wasm' }).open(layout, { threads: 1 })
  expect(replica.device.id).toBe('cpu:0')
})

test('the descriptor makes the same backend elsewhere', () => {
  const { module, factory, options } = tfjs({ engine: 'cpu' }).descriptor
  expect([module, factory, options]).toEqual(['@lockstep/backend-tfjs', 'tfjs', { engine: 'cpu' }])
})

test.each([
  [{ engin: 'cpu' }, "unknown option of tfjs 'engin'; did you mean 'engine'?"],
  [{ engine: 'webgl' }, 'engine is webgl; expected tensorflow-gpu, tensorflow, wasm, cpu'],
])('the options %j are refused', (options, message) => {
  expect(() => tfjs(options as object)).toThrow(message)
})
