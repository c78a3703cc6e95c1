import { reference } from '@lockstep/backend-reference'
import {
  dataParallel,
  dense,
  deserializeModel,
  type Model,
  type NdArray,
  ndarray,
  sequential,
  sgd,
} from '@lockstep/core'
import { Random } from '../random.ts'
import { distance, expectAtMost, expectSame, using } from '../training/subjects.ts'
import { type DistributedTests, type GroupSubject, onRanks } from './ranks.ts'

const [classes, outputs, perRank, ranks, minibatches] = [1000, 30, 20, 4, 10]

/** One-hot rows of a rank's minibatch, and targets for each output. */
function minibatch(rank: number, index: number): { x: NdArray; y: NdArray } {
  const random = new Random(`${rank + 10 * index}`)
  const x = new Float32Array(perRank * classes)
  for (let row = 0; row < perRank; row++) x[row * classes + random.integer(0, classes - 1)] = 1
  const y = Float32Array.from({ length: perRank * outputs }, () => random.normal())
  return { x: ndarray(x, [perRank, classes]), y: ndarray(y, [perRank, outputs]) }
}

function joined(parts: readonly NdArray[]): NdArray {
  const values = parts.flatMap(({ data }) => Array.from(data))
  const [first] = parts as readonly [NdArray]
  return ndarray(Float32Array.from(values), [parts.length * first.length, ...first.shape.slice(1)])
}

const layers = () => [dense({ units: outputs, useBias: false, kernelInitializer: 'ones', inputShape: [classes] })]
// CNTK's rate is for the sum over samples, ours for their mean.
const learner = () => sgd({ learningRate: 0.01 * perRank * ranks })

/** CNTK's own test of exactness (`distributed_learner_test.py`), with 32 bits. */
export const cntkTests: DistributedTests = {
  'four ranks of 20 samples, saved and restored after every minibatch, are one process': async (
    subject: GroupSubject,
  ) => {
    const { backend = reference } = subject
    const all = await onRanks(subject, ranks, async (communicator) => {
      const compile = () => ({ backend: backend(), learner: dataParallel(learner(), communicator), loss: 'mse' })
      let model: Model = sequential(layers())
      model.compile(compile())
      for (let index = 0; index < minibatches; index++) {
        const { x, y } = minibatch(communicator.rank, index)
        await model.trainOnBatch(x, y)
        const file = await model.serialize()
        await model.dispose()
        model = await deserializeModel(file, compile())
        expectSame('steps', model.progress.step, index + 1)
      }
      return using(model, () => model.getWeights())
    })
    const one = await using(sequential(layers()), async (model) => {
      model.compile({ backend: backend(), learner: learner(), loss: 'mse' })
      for (let index = 0; index < minibatches; index++) {
        const parts = Array.from({ length: ranks }, (_, rank) => minibatch(rank, index))
        await model.trainOnBatch(joined(parts.map(({ x }) => x)), joined(parts.map(({ y }) => y)))
      }
      return model.getWeights()
    })
    for (const weights of all) {
      expectAtMost('difference from rank 0', distance(weights, all[0] as Float32Array[]), 0)
      // NumPy's allclose: 1e-8 + 1e-5 · |expected|.
      for (const [at, value] of (weights[0] as Float32Array).entries()) {
        const expected = one[0]?.[at] as number
        expectAtMost(`difference at ${at}`, Math.abs(value - expected), 1e-8 + 1e-5 * Math.abs(expected))
      }
    }
  },
}
