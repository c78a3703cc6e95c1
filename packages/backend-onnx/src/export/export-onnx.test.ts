import { type Graph, graph, type Node, ops, type Shape } from '@lockstep/core'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { onnx } from '../onnx.ts'
import { exportOnnx } from './export-onnx.ts'

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
  const { stateLayout } = await import('@lockstep/core')
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
  const session = await InferenceSession.create(exportOnnx({ build: classifier, values }))
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
