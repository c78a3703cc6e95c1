import { type Node, ops, type Shape } from '@lockstep/core'
import { bits, integers, normal, type Tensor } from '../cases/tensor.ts'
import type { Random } from '../random.ts'
import { type Model, samples } from './model.ts'

const classes = 4
const labels = (random: Random): Tensor => integers(random, [samples], 0, classes - 1)

/** Σ over the samples of −log softmax at the label, and the classes that it chooses. */
function classify(logits: Node, label: Node): { loss: Node; outputs: { loss: Node; chosen: Node; losses: Node } } {
  const losses = ops.neg(ops.reduceSum(ops.mul(ops.logSoftmax(logits), ops.oneHot(label, classes)), { axes: [1] }))
  const loss = ops.reduceSum(losses)
  return { loss, outputs: { loss, losses, chosen: ops.argmax(logits) } }
}

const dense = (x: Node, kernel: Node, bias: Node): Node => ops.add(ops.matmul(x, kernel), bias)

/** Two dense layers with dropout. */
export const perceptron: Model = {
  parameters: { kernel1: [10, 16], bias1: [16], kernel2: [16, classes], bias2: [classes] },
  batch: (random) => ({
    x: normal(random, [samples, 10]),
    label: labels(random),
    'random/0': bits(random, [samples, 16]),
  }),
  forward: (leaf) => {
    const hidden = ops.tanh(dense(leaf('x'), leaf('kernel1'), leaf('bias1')))
    const kept = ops.select(leaf('random/0'), ops.div(hidden, 0.5), 0)
    return classify(dense(kept, leaf('kernel2'), leaf('bias2')), leaf('label'))
  },
}

/** Small images with a bright patch on a flat background: their pooling windows are full of ties. */
function images(random: Random, shape: Shape): Tensor {
  const [, height, width, channels] = shape as [number, number, number, number]
  const flat = normal(random, shape)
  const values = flat.values.map((value, at) => {
    const pixel = Math.floor(at / channels)
    const [row, column] = [Math.floor(pixel / width) % height, pixel % width]
    return row > 2 && row < 7 && column > 3 && column < 8 ? Math.abs(value) : 0
  })
  return { ...flat, values }
}

/** Convolution, convolution, overlapping maximum, dense: the shape of mnist_cnn. */
export const convolutional: Model = {
  parameters: {
    kernel1: [3, 3, 1, 6],
    bias1: [6],
    kernel2: [3, 3, 6, 8],
    bias2: [8],
    kernel3: [4 * 4 * 8, classes],
    bias3: [classes],
  },
  batch: (random) => ({ x: images(random, [samples, 12, 12, 1]), label: labels(random) }),
  forward: (leaf) => {
    const first = ops.relu(ops.add(ops.conv2d(leaf('x'), leaf('kernel1')), leaf('bias1')))
    const second = ops.relu(ops.add(ops.conv2d(first, leaf('kernel2'), { padding: 'same' }), leaf('bias2')))
    const pooled = ops.maxPool2d(second, { size: 3, strides: 2 })
    const flat = ops.reshape(pooled, [samples, -1])
    return classify(dense(flat, leaf('kernel3'), leaf('bias3')), leaf('label'))
  },
}

/** Strided, depthwise and pointwise convolutions, normalised over the batch, with running statistics. */
export const normalised: Model = {
  parameters: { depthwise: [3, 3, 1, 3], pointwise: [1, 1, 3, 8], scale: [8], shift: [8], kernel: [8, classes] },
  kept: { mean: [8], variance: [8] },
  batch: (random) => ({ x: normal(random, [samples, 9, 8, 3]), label: labels(random) }),
  forward: (leaf) => {
    const options = { groups: 3, strides: 2, padding: 'same' } as const
    const mixed = ops.conv2d(ops.conv2d(leaf('x'), leaf('depthwise'), options), leaf('pointwise'))
    const { mean, variance } = ops.moments(mixed, { axes: [0, 1, 2] })
    const unit = ops.div(ops.sub(mixed, mean), ops.sqrt(ops.add(variance, 1e-3)))
    const active = ops.relu(ops.add(ops.mul(unit, leaf('scale')), leaf('shift')))
    const pooled = ops.reduceMean(ops.avgPool2d(active, { size: 2, padding: 'same' }), { axes: [1, 2] })
    const running = (name: string, now: Node): Node => ops.add(ops.mul(leaf(name), 0.9), ops.mul(now, 0.1))
    return {
      ...classify(ops.matmul(pooled, leaf('kernel')), leaf('label')),
      statistics: { mean: running('mean', mean), variance: running('variance', variance) },
    }
  },
}

/** Looked-up vectors, attention over them by batched products, and a softmax over a masked axis. */
export const attention: Model = {
  parameters: { table: [11, 8], queries: [8, 8], keys: [8, 8], kernel: [8, classes] },
  batch: (random) => ({
    words: integers(random, [samples, 5], 0, 10),
    there: bits(random, [samples, 1, 5]),
    label: labels(random),
  }),
  forward: (leaf) => {
    const vectors = ops.gather(leaf('table'), leaf('words'))
    const [query, key] = [ops.matmul(vectors, leaf('queries')), ops.matmul(vectors, leaf('keys'))]
    const scores = ops.mul(ops.matmul(query, key, { transposeB: true }), 1 / Math.sqrt(8))
    const weights = ops.softmax(ops.select(leaf('there'), scores, -1e9))
    const mixed = ops.reduceMean(ops.matmul(weights, vectors), { axes: [1] })
    return classify(ops.matmul(mixed, leaf('kernel')), leaf('label'))
  },
}
