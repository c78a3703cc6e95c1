/** Multi-GPU support with Keras on CNTK, the page of 2017, on Lockstep. The README sets both side by side. */
import { onnx } from '@lockstep/backend-onnx'
import { dataParallel, dense, dropout, ndarray, partition, rmsprop, sequential, toCategorical } from '@lockstep/core'
import { connect } from '@lockstep/dist-zmq'
import { loadMnist } from '@lockstep/mnist/data'

const batchSize = 128
const classes = 10
const epochs = Number(process.argv[2] ?? 20)

const communicator = await connect()
const main = communicator.rank === 0

const digits = await loadMnist()
const xTrain = ndarray(digits.xTrain, [digits.yTrain.length, 784])
const xTest = ndarray(digits.xTest, [digits.yTest.length, 784])
const yTrain = toCategorical(digits.yTrain, classes)
const yTest = toCategorical(digits.yTest, classes)

const model = sequential([
  dense({ units: 512, activation: 'relu', inputShape: [784] }),
  dropout({ rate: 0.2 }),
  dense({ units: 512, activation: 'relu' }),
  dropout({ rate: 0.2 }),
  dense({ units: classes, activation: 'softmax' }),
])
if (main) console.log(model.summary())

model.compile({
  backend: onnx(),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
  learner: dataParallel(rmsprop(), communicator, {
    quantizationBits: 32, // the whole gradient
    distributedAfter: 0, // from the first sample on
    batchMode: 'perWorker', // Keras' on CNTK; without it 128 is the batch of all ranks together
  }),
})

const [start, end] = partition(xTrain.length, communicator)
await model.fit(xTrain.slice(start, end), yTrain.slice(start, end), {
  batchSize,
  epochs,
  validationData: [xTest, yTest],
})

const score = await model.evaluate(xTest, yTest)
if (main) console.log(`Test loss: ${score.loss}\nTest accuracy: ${score.acc}`)

await model.dispose()
await communicator[Symbol.asyncDispose]()
