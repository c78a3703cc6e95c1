import { graph, ops, type StateLayout, stateLayout } from '@lockstep/core'
import { afterEach, expect, test, vi } from 'vitest'
import { onnx } from './onnx.ts'

const layout: StateLayout = stateLayout([['w', [2]]])

afterEach(() => vi.doUnmock('koffi'))

test('the first device is the processor, found without opening anything', async () => {
  const [device] = await onnx().devices()
  expect(device).toMatchObject({ id: 'cpu:0', kind: 'cpu', isolation: 'none' })
  expect(device?.engine).toMatch(/^ONNX Runtime \d+\.\d+\.\d+ \(C API\)$/)
  expect(device?.name.length).toBeGreaterThan(0)
  expect(device?.memoryBytes).toBeGreaterThan(2 ** 28)
})

test('a device is asked for by id or kind, and one that is not there is refused with those that are', async () => {
  for (const device of ['cpu:0', 'cpu']) {
    await using replica = await onnx().open(layout, { device })
    expect(replica.device.id).toBe('cpu:0')
  }
  await expect(onnx().open(layout, { device: 'cuda:3' })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('there is cpu:0'),
  })
})

test('the descriptor makes the same backend elsewhere', () => {
  const options = { engine: 'js', threads: 2, graphOptimizationLevel: 'basic' } as const
  const { module, factory, options: plain } = onnx(options).descriptor
  expect([module, factory, JSON.parse(JSON.stringify(plain))]).toEqual(['@lockstep/backend-onnx', 'onnx', options])
})

test('a number of threads that is none is refused before anything is loaded', async () => {
  for (const threads of [0, -1, 1.5, Number.NaN]) {
    expect(() => onnx({ threads })).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
    await expect(onnx().open(layout, { threads })).rejects.toMatchObject({ code: 'invalid-argument' })
  }
})

test('state lies in shared memory with the C API, in unshared memory with the JavaScript binding', async () => {
  await using native = await onnx({ engine: 'c-api' }).open(layout)
  expect(native.hostState?.floats.buffer).toBeInstanceOf(SharedArrayBuffer)
  await using binding = await onnx({ engine: 'js' }).open(layout)
  expect(binding.hostState?.floats.buffer).toBeInstanceOf(ArrayBuffer)
})

test('the JavaScript binding refuses shared memory, which it could not read', async () => {
  await using replica = await onnx({ engine: 'js' }).open(layout)
  using call = await replica.prepare(graph({ outputs: { y: ops.neg(ops.input('x', [2])) } }))
  const x = new Float32Array(new SharedArrayBuffer(8))
  expect(() => call.bind({ x }, { y: new Float32Array(2) })).toThrow(
    expect.objectContaining({ code: 'invalid-argument', message: expect.stringContaining("engine: 'c-api'") }),
  )
})

test('without koffi the JavaScript binding serves, unless the C API was asked for', async () => {
  vi.resetModules()
  vi.doMock('koffi', () => {
    throw new Error('not installed')
  })
  const { onnx: fresh } = await import('./onnx.ts')
  await using replica = await fresh().open(layout)
  expect(replica.hostState?.floats.buffer).toBeInstanceOf(ArrayBuffer)
  await expect(fresh({ engine: 'c-api' }).devices()).rejects.toMatchObject({
    code: 'unavailable',
    details: { remedy: 'npm install koffi' },
  })
})

test.each([
  [{ thread: 2 }, "unknown option of onnx 'thread'; did you mean 'threads'?"],
  [{ engine: 'cuda' }, 'engine is cuda; expected c-api, js'],
  [{ graphOptimizationLevel: 'max' }, 'graphOptimizationLevel is max; expected disabled, basic, extended, all'],
])('the options %j are refused', (options, message) => {
  expect(() => onnx(options as object)).toThrow(message)
})
