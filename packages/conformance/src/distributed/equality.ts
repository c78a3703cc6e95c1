import {
  batchNormalization,
  type Callback,
  type Communicator,
  defineLearner,
  dense,
  dropout,
  type FitOptions,
  type Layer,
  type Learner,
  type Model,
  regularizers,
  sgd,
} from '@lockstep/core'
import {
  distance,
  expectAtMost,
  expectSame,
  network,
  type Samples,
  samples,
  using,
  withDropout,
} from '../training/subjects.ts'
import { globalOrder, inOrder, shardings, shardOf } from './global-order.ts'
import { type DistributedTests, type GroupSubject, modelOf, onRanks, type Recipe } from './ranks.ts'

const worldSizes = [2, 3, 4, 5, 8]
const quiet = { verbose: 0, shuffle: false } as const

/** Leaves the gradient where the parameter was, so that weights after one step are gradients, to the bit. */
function gradientAsWeights(): Learner {
  return defineLearner({
    name: 'gradientAsWeights',
    options: {},
    defaultLearningRate: 1,
    rule: ({ gradient }) => ({ parameter: gradient, slots: {} }),
  })
}

type Fit = Partial<FitOptions> & {
  readonly batchSize: number
  /** Calls of `fit`, one after the other; default 1. */
  readonly trainings?: number
}

/** The history of the last training. */
async function train(model: Model, { x, y }: Samples, { trainings = 1, ...fit }: Fit) {
  for (let earlier = 1; earlier < trainings; earlier++) await model.fit(x, y, { ...quiet, ...fit })
  return (await model.fit(x, y, { ...quiet, ...fit })).history
}

/** The weights of one process that makes the batches which the ranks make together. */
async function alone(subject: GroupSubject, recipe: Recipe, data: Samples, lengths: readonly number[], fit: Fit) {
  const ordered = inOrder(data, globalOrder(lengths, fit.batchSize))
  return using(modelOf(subject, recipe), async (model) => {
    const history = await train(model, ordered, fit)
    return { weights: await model.getWeights(), history }
  })
}

/** Trains on every rank's part, checks that weights and figures are the same bits on all, and returns them. */
async function together(subject: GroupSubject, recipe: Recipe, data: Samples, lengths: readonly number[], fit: Fit) {
  const results = await onRanks(subject, lengths.length, async (communicator: Communicator) => {
    const part = shardOf(data, lengths, communicator.rank)
    return using(modelOf(subject, recipe, communicator), async (model) => {
      const history = await train(model, part, fit)
      return { weights: await model.getWeights(), hash: await model.parametersSha256(), history }
    })
  })
  const [first] = results as [(typeof results)[0]]
  for (const [rank, { hash, history }] of results.entries()) {
    expectSame(`hash of the weights on rank ${rank}`, hash, first.hash)
    expectSame(`history on rank ${rank}`, JSON.stringify(history), JSON.stringify(first.history))
  }
  return first
}

/** The largest difference relative to the largest value. */
function relative(weights: readonly Float32Array[], expected: readonly Float32Array[]): number {
  const zeros = expected.map((values) => new Float32Array(values.length))
  return distance(weights, expected) / distance(expected, zeros)
}

async function expectOneProcess(
  subject: GroupSubject,
  recipe: Recipe,
  lengths: readonly number[],
  fit: Fit,
  limit = 1e-6,
): Promise<void> {
  const data = samples(lengths.reduce((sum, length) => sum + length, 0))
  const one = await alone(subject, recipe, data, lengths, fit)
  const all = await together(subject, recipe, data, lengths, fit)
  expectAtMost(`difference of the weights with parts of ${lengths}`, distance(all.weights, one.weights), limit)
  for (const [name, values] of Object.entries(one.history))
    expectAtMost(`difference of ${name}`, Math.abs((all.history[name]?.[0] ?? 9) - (values[0] ?? 0)), 1e-6)
}

async function expectTenSteps(subject: GroupSubject, recipe: Recipe, worldSize = 3, limit = 1e-6): Promise<void> {
  for (const lengths of shardings(76, worldSize))
    await expectOneProcess(subject, recipe, lengths, { batchSize: 8 }, limit)
}

const regularised = (): Layer[] => [
  dense({ units: 8, activation: 'tanh', inputShape: [6], kernelRegularizer: regularizers.l2(0.1) }),
  dropout({ rate: 0.2 }),
  dense({ units: 3, activation: 'softmax' }),
]

/** N ranks are one process, for models whose samples do not depend on one another. */
export const equalityTests: DistributedTests = {
  ...Object.fromEntries(
    worldSizes.map((worldSize) => [
      `the first gradient of ${worldSize} ranks is that of one process, to 2e-6`,
      async (subject: GroupSubject): Promise<void> => {
        const recipe = { layers: network, learner: gradientAsWeights() }
        for (const batchSize of [128, 96, 16, 5, 1]) {
          const data = samples(batchSize)
          for (const lengths of shardings(batchSize, worldSize)) {
            const one = await alone(subject, recipe, data, lengths, { batchSize })
            const { weights } = await together(subject, recipe, data, lengths, { batchSize })
            expectAtMost(`difference of parts of ${lengths}`, relative(weights, one.weights), 2e-6)
          }
        }
      },
    ]),
  ),
  ...Object.fromEntries(
    worldSizes.map((worldSize) => [
      `weights of ${worldSize} ranks after ten steps of SGD are those of one process, to 1e-6`,
      (subject: GroupSubject) => expectTenSteps(subject, { layers: network }, worldSize),
    ]),
  ),
  'trainings one after the other are those of one process': async (subject) => {
    await expectOneProcess(subject, { layers: network }, [40, 20, 16], { batchSize: 38, trainings: 5 })
  },
  'dropout masks are those of one process': (subject) => expectTenSteps(subject, { layers: withDropout }),
  'regularisers count once, and gradients are clipped after the exchange': async (subject) => {
    await expectTenSteps(subject, {
      layers: regularised,
      learner: sgd({ learningRate: 0.1, clipNorm: 0.5, weightDecay: 0.1 }),
    })
  },
  'learners with slots stay close to one process': async (subject) => {
    for (const learner of ['momentum', 'adam', 'rmsprop', 'adadelta'])
      await expectTenSteps(subject, { layers: network, learner }, 2, 1e-4)
  },
  'accumulated micro-batches make the updates of one process, dropout included': async (subject) => {
    await expectTenSteps(subject, { layers: withDropout, gradientAccumulation: 3 })
    // Of the second update's two micro-batches rank 1 has samples in the second alone.
    await expectOneProcess(subject, { layers: network, gradientAccumulation: 2 }, [6, 2], { batchSize: 2 })
  },
  'all ranks hold the same bits after every step, with batch normalisation too': async (subject) => {
    const layers = (): Layer[] => network(batchNormalization(), dropout({ rate: 0.3 }))
    for (const lengths of [
      [20, 20, 20],
      [31, 0, 12],
      [1, 1, 1],
    ]) {
      const data = samples(lengths.reduce((sum, length) => sum + length, 0))
      const hashes = await onRanks(subject, 3, async (communicator) => {
        const { x, y } = shardOf(data, lengths, communicator.rank)
        return using(modelOf(subject, { layers, learner: 'adam' }, communicator), async (model) => {
          const seen: string[] = []
          const watch: Callback = { onBatchEnd: async () => void seen.push(await model.parametersSha256()) }
          await model.fit(x, y, { batchSize: 6, epochs: 2, verbose: 0, callbacks: [watch] })
          return seen
        })
      })
      const [first] = hashes as [string[]]
      expectSame('number of different states', new Set(first).size, first.length)
      for (const each of hashes) expectSame('hashes of all steps', each.join(), first.join())
    }
  },
}
