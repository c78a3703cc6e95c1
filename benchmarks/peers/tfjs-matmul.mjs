/**
 * Matrix products of one tfjs engine, driven over standard input as every contestant is, see src/train/protocol.ts: a
 * "step" is one product. Its argument is the extent of the square factors; `variant` names the engine.
 */

import * as tf from '@tensorflow/tfjs-core'
import { answerRequests } from './answer-requests.mjs'
import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-wasm'

const extent = Number(process.argv[2])
/** Enough for a median. */
const productsAtMost = 20
let factors

const handlers = {
  async start({ variant }) {
    await tf.setBackend(variant)
    await tf.ready()
    tf.enableProdMode()
    factors = [tf.randomUniform([extent, extent]), tf.randomUniform([extent, extent])]
    return { about: { 'products of': `tfjs ${tf.version_core} (${tf.getBackend()})` } }
  },

  run({ steps }) {
    const stepMs = []
    const started = performance.now()
    let loss = Number.NaN
    for (let step = 0; step < Math.min(steps, productsAtMost); step++) {
      const before = performance.now()
      const product = tf.matMul(...factors)
      // Reading waits for engines that compute later; one element in all these is next to nothing.
      loss = tf.tidy(() => tf.slice(product, [0, 0], [1, 1]).dataSync()[0])
      product.dispose()
      stepMs.push(performance.now() - before)
    }
    return { stepMs, totalMs: performance.now() - started, loss }
  },
}

await answerRequests(handlers)
