/**
 * The Keras MNIST examples in tfjs-layers on native TensorFlow, driven over standard input: one JSON request a line, one
 * JSON answer a line, see src/train/protocol.ts. Its arguments are an npm prefix and the package in it that binds TensorFlow.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { answerRequests } from './answer-requests.mjs'

const [prefix = '', binding = ''] = process.argv.slice(2)
const require = createRequire(join(prefix, 'package.json'))
// tfjs-node 4.22 calls both; Node 23 dropped them.
const util = require('node:util')
util.isNullOrUndefined ??= (value) => value === null || value === undefined
util.isArray ??= Array.isArray
const tf = require(binding)
// Leaves out tfjs' own checks of every result, as its documentation advises for production.
tf.enableProdMode()

const { conv2d, dense, dropout, flatten, maxPooling2d } = tf.layers

const examples = {
  mlp: {
    inputShape: [784],
    layers: (drop) => [
      dense({ units: 512, activation: 'relu', inputShape: [784] }),
      ...drop(0.2),
      dense({ units: 512, activation: 'relu' }),
      ...drop(0.2),
      dense({ units: 10, activation: 'softmax' }),
    ],
    // Rate, ρ, momentum, ε.
    learner: () => tf.train.rmsprop(1e-3, 0.9, 0, 1e-8),
  },
  cnn: {
    inputShape: [28, 28, 1],
    layers: (drop) => [
      conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
      conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      ...drop(0.25),
      flatten(),
      dense({ units: 128, activation: 'relu' }),
      ...drop(0.5),
      dense({ units: 10, activation: 'softmax' }),
    ],
    // Rate, ρ, ε. This rule is not Adadelta and does not learn, but it takes as long as one that does.
    learner: () => tf.train.adadelta(1, 0.95, 1e-8),
  },
}

let prepared

const handlers = {
  start(ask) {
    const example = examples[ask.model]
    const images = floats(ask.images)
    const labels = tf.tensor1d(new Int32Array(floats(ask.labels).buffer), 'int32')
    const x = tf.tensor(images, [images.length / 784, ...example.inputShape])
    prepared = { ask, example, x, y: tf.cast(tf.oneHot(labels, 10), 'float32') }
    prepared.model = build({ drop: true, learner: example.learner() })
    return { about: { 'tfjs-layers': `${tf.version['tfjs-layers']} on TensorFlow ${tf.backend().binding.TF_Version}` } }
  },

  async check({ learner, weightsOut }) {
    const { ask, example, x, y } = prepared
    const model = build({ drop: false, learner: learner === 'own' ? example.learner() : tf.train.sgd(1) })
    const loss = await model.trainOnBatch(tf.slice(x, 0, ask.batchSize), tf.slice(y, 0, ask.batchSize))
    writeFileSync(weightsOut, Buffer.concat(model.getWeights().map((weight) => Buffer.from(weight.dataSync().buffer))))
    model.dispose()
    return { loss }
  },

  async run({ steps }) {
    const { ask, x, y, model } = prepared
    const stepMs = []
    const started = performance.now()
    const order = Int32Array.from(tf.util.createShuffledIndices(x.shape[0]))
    let [last, loss] = [started, Number.NaN]
    for (let step = 0; step < steps; step++) {
      // As tfjs-layers' own `fit` takes a batch out of the data.
      const rows = tf.tensor1d(order.slice(step * ask.batchSize, (step + 1) * ask.batchSize), 'int32')
      const batch = [tf.gather(x, rows), tf.gather(y, rows)]
      loss = await model.trainOnBatch(...batch)
      tf.dispose([rows, ...batch])
      const now = performance.now()
      stepMs.push(now - last)
      last = now
    }
    return { stepMs, totalMs: last - started, loss }
  },
}

function build({ drop, learner }) {
  const { ask, example } = prepared
  const model = tf.sequential({ layers: example.layers((rate) => (drop ? [dropout({ rate })] : [])) })
  model.compile({ optimizer: learner, loss: 'categoricalCrossentropy' })
  const flat = floats(ask.weights)
  let end = 0
  const weights = model.getWeights().map(({ shape, size }) => {
    end += size
    return tf.tensor(flat.slice(end - size, end), shape)
  })
  model.setWeights(weights)
  tf.dispose(weights)
  return model
}

function floats(path) {
  const bytes = readFileSync(path)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

await answerRequests(handlers)
