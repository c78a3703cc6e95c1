import { fromBinary } from '@bufbuild/protobuf'
import { type Graph, graph, type Node, ops, type Shape, stateLayout } from '@lockstep/core'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { onnx } from '../onnx.ts'
import { ModelProtoSchema } from '../proto/onnx_pb.ts'
import { exportGraph } from './export-graph.ts'

const weights = {
  'conv/kernel': [3, 3, 2, 8],
  'conv/bias': [8],
  'depthwise/kernel': [3, 3, 1, 8],
  'dense/kernel': [72, 5],
  'dense/bias': [5],
} as const

const values = new Map(
  Object.entries<Shape>(weights).map(([name, shape], entry) => {
    const length = shape.reduce((product, extent) => product * extent, 1)
    return [name, Float32Array.from({ length }, (_, index) => Math.sin(index * 1.7 + entry) / 3)]
  }),
)

const state = (name: keyof typeof weights): Node => ops.state(name, weights[name])

/** A small convolutional classifier of two-channel images, with a depthwise convolution and batch-independent sums. */
function network(batch: number): Node {
  const x = ops.input('images', [batch, 14, 14, 2])
  const conv = ops.withScope('conv', () => ops.relu(ops.add(ops.conv2d(x, state('conv/kernel')), state('conv/bias'))))
  const pooled = ops.maxPool2d(conv, { size: 2 })
  const deep = ops.conv2d(pooled, state('depthwise/kernel'), { groups: 8, padding: 'same', strides: 2 })
  const flat = ops.reshape(deep, [batch, 72])
  const logits = ops.add(ops.matmul(flat, state('dense/kernel')), state('dense/bias'))
  return ops.withScope('softmax', () => ops.softmax(logits))
}

const classifier = (batch: number): Graph => graph({ outputs: { probabilities: network(batch) } })

function images(batch: number): Float32Array {
  return Float32Array.from({ length: batch * 14 * 14 * 2 }, (_, index) => Math.cos(index * 0.37))
}

async function expected(batch: number): Promise<Float32Array> {
  const layout = stateLayout(Object.entries<Shape>(weights))
  await using replica = await onnx().open(layout)
  for (const [name, value] of values) {
    const { offset, length } = layout.entries.get(name) ?? { offset: 0, length: 0 }
    await replica.write(value, { start: offset, end: offset + length })
  }
  using call = await replica.prepare(classifier(batch))
  const probabilities = new Float32Array(batch * 5)
  call.bind({ images: images(batch) }, { probabilities })
  await call.run()
  return probabilities
}

test('the file gives the same results for every batch size in plain ONNX Runtime', async () => {
  const session = await InferenceSession.create(exportGraph({ build: classifier, values }))
  expect(session.inputNames).toEqual(['images'])
  expect(session.outputNames).toEqual(['probabilities'])
  expect(session.inputMetadata[0]).toMatchObject({ shape: ['batch', 14, 14, 2], type: 'float32' })
  expect(session.outputMetadata[0]).toMatchObject({ shape: ['batch', 5] })
  for (const batch of [1, 2, 7]) {
    const { probabilities } = await session.run({ images: new Tensor(images(batch), [batch, 14, 14, 2]) })
    expect(probabilities?.dims).toEqual([batch, 5])
    const exact = await expected(batch)
    const error = exact.map((value, index) => Math.abs(value - Number(probabilities?.data[index])))
    expect(Math.max(...error)).toBeLessThan(1e-6)
  }
  await session.release()
})

test('the file holds the weights by name in the order that ONNX prescribes, and operations of the standard only', () => {
  const model = fromBinary(ModelProtoSchema, exportGraph({ build: classifier, values }))
  expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([['', 18n]])
  const { initializer = [], node = [], output = [] } = model.graph ?? {}
  const weight = (name: string) => initializer.find((tensor) => tensor.name === name)
  expect(weight('conv/kernel')?.dims).toEqual([8n, 2n, 3n, 3n])
  expect(weight('depthwise/kernel')?.dims).toEqual([8n, 1n, 3n, 3n])
  expect(weight('dense/kernel')?.dims).toEqual([72n, 5n])
  const kernel = new Float32Array(weight('conv/kernel')?.rawData.slice().buffer ?? new ArrayBuffer(0))
  // O = 5, I = 1, row 2, column 0 of OIHW; the graph has HWIO.
  expect(kernel[((5 * 2 + 1) * 3 + 2) * 3]).toBe(values.get('conv/kernel')?.[(2 * 3 * 2 + 1) * 8 + 5])
  expect(node.filter(({ opType }) => opType === 'Transpose').flatMap(({ input }) => input)).not.toContain('conv/kernel')
  expect(node.map(({ name }) => name)).toContain('softmax/Exp')
  expect(output.map(({ name }) => name)).toEqual(['probabilities'])
})

test('inputs and outputs can be renamed', async () => {
  const rename = (name: string): string => `my_${name}`
  const session = await InferenceSession.create(exportGraph({ build: classifier, values, rename }))
  expect([session.inputNames, session.outputNames]).toEqual([['my_images'], ['my_probabilities']])
  await session.release()
})

test('values that are stretched over the batch, or do not depend on it, are worked out', async () => {
  const build = (batch: number): Graph => {
    const x = ops.input('x', [batch, 2])
    const ones = ops.broadcast(ops.constant([1, 2], [2]), [batch, 2])
    return graph({
      outputs: { ones, pairs: ops.reshape(ops.concat([x, ones], 1), [2 * batch, 2]), total: ops.reduceSum(x) },
    })
  }
  const session = await InferenceSession.create(exportGraph({ build, values: new Map() }))
  const { ones, pairs, total } = await session.run({ x: new Tensor(Float32Array.of(5, 6, 7, 8, 9, 10), [3, 2]) })
  expect([ones?.dims, [...(ones?.data ?? [])]]).toEqual([
    [3, 2],
    [1, 2, 1, 2, 1, 2],
  ])
  expect([pairs?.dims, [...(pairs?.data ?? [])]]).toEqual([
    [6, 2],
    [5, 6, 1, 2, 7, 8, 1, 2, 9, 10, 1, 2],
  ])
  expect([total?.dims, [...(total?.data ?? [])]]).toEqual([[], [45]])
  await session.release()
})

test('a graph that depends on the batch size otherwise is refused', () => {
  const mean = (batch: number): Graph => graph({ outputs: { mean: ops.reduceMean(ops.input('x', [batch, 2])) } })
  const counted = (batch: number): Graph =>
    graph({ outputs: { y: ops.add(ops.input('x', [batch]), ops.cast(ops.iota(batch), 'float32')) } })
  const chained = (batch: number): Graph => {
    let x = ops.input('x', [4])
    for (let index = 0; index < batch; index++) x = ops.tanh(x)
    return graph({ outputs: { x } })
  }
  for (const build of [mean, counted, chained]) {
    expect(() => exportGraph({ build, values: new Map() })).toThrow(
      expect.objectContaining({
        code: 'unsupported',
        message: expect.stringContaining('not the same for every batch'),
      }),
    )
  }
})

test('graphs that train are refused', () => {
  const updating = (): Graph => graph({ updates: { w: ops.neg(ops.state('w', [2])) } })
  const dropping = (batch: number): Graph =>
    graph({ outputs: { kept: ops.random('uniform', [batch, 2], { stream: 0 }) } })
  for (const build of [updating, dropping]) {
    expect(() => exportGraph({ build, values: new Map([['w', new Float32Array(2)]]) })).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    )
  }
})

test('weights have to be there and of the right length', () => {
  const without = new Map([...values].filter(([name]) => name !== 'dense/bias'))
  expect(() => exportGraph({ build: classifier, values: without })).toThrow(
    expect.objectContaining({ code: 'unknown-name', details: { name: 'dense/bias', known: [...without.keys()] } }),
  )
  const short = new Map([...values, ['dense/bias', new Float32Array(4)]])
  expect(() => exportGraph({ build: classifier, values: short })).toThrow(
    expect.objectContaining({ code: 'invalid-argument', message: expect.stringContaining('expected 5') }),
  )
})
