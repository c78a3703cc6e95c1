import {
  batchNormalization,
  type Communicator,
  defineLayer,
  dense,
  dropout,
  type ErrorDetails,
  isLockstepError,
  type Layer,
  type LayerFactory,
  ops,
  sgd,
} from '@lockstep/core'
import { expectSame, network, samples, using } from '../training/subjects.ts'
import { shardOf } from './global-order.ts'
import { type DistributedTests, type GroupSubject, modelOf, onRanks, type Recipe, settledOnRanks } from './ranks.ts'

const quiet = { verbose: 0, shuffle: false, batchSize: 6 } as const
const lengths = [4, 4, 4]

/**
 * Trains three ranks of which rank 2 does something else; all must end with an error of that message that names ranks 0
 * and 2, and with the weights they began with.
 */
async function refused(
  subject: GroupSubject,
  [usual, other]: readonly [Recipe, Recipe],
  message: RegExp,
  fit: readonly [object, object] = [{}, {}],
): Promise<void> {
  const data = samples(12)
  const results = await settledOnRanks(subject, 3, async (communicator) => {
    const [recipe, options] = communicator.rank === 2 ? [other, fit[1]] : [usual, fit[0]]
    const { x, y } = shardOf(data, lengths, communicator.rank)
    const model = modelOf(subject, recipe, communicator)
    const before = await model.parametersSha256()
    try {
      await model.fit(x, y, { ...quiet, ...options })
    } catch (error) {
      expectSame('hash of the weights after the refusal', await model.parametersSha256(), before)
      throw error
    } finally {
      await model.dispose()
    }
  })
  for (const [rank, result] of results.entries()) {
    if (result.status === 'fulfilled') throw new Error(`rank ${rank} trained; expected it to refuse`)
    const { reason } = result
    if (!isLockstepError(reason) || reason.code !== 'rank-mismatch')
      throw new Error(`rank ${rank} failed with ${String(reason)}; expected 'rank-mismatch'`, { cause: reason })
    expectSame('ranks named', (reason.details as ErrorDetails['rank-mismatch']).ranks.join(), '0,2')
    if (!message.test(reason.message)) throw new Error(`${reason.message}; expected ${message}`)
  }
}

const usual: Recipe = { layers: network }
const wide = (): Layer[] => [
  dense({ units: 9, activation: 'tanh', inputShape: [6] }),
  dense({ units: 3, activation: 'softmax' }),
]
/** Takes numbers of either kind. */
const asFloats: LayerFactory<object> = defineLayer('AsFloats', () => ({
  config: {},
  inputDTypes: ['float32', 'int32'],
  call: ([x]) => ops.cast(x, 'float32'),
}))
const taking = (inputDType: 'float32' | 'int32'): Recipe => ({
  layers: () => [asFloats({ inputShape: [6], inputDType }), dense({ units: 3, activation: 'softmax' })],
})

/** A communicator of a rank that has an older version of core. */
function older(communicator: Communicator): Communicator {
  return {
    rank: communicator.rank,
    worldSize: communicator.worldSize,
    allGather: (block, options) => {
      const text = new TextDecoder().decode(block).replace(/"version":"[^"]*"/, '"version":"0.0.1"')
      return communicator.allGather(new TextEncoder().encode(text), options)
    },
    allReduce: (...call) => communicator.allReduce(...call),
    broadcast: (...call) => communicator.broadcast(...call),
    send: (...call) => communicator.send(...call),
    receive: (...call) => communicator.receive(...call),
    abort: (reason) => communicator.abort(reason),
    allocate: (length) => communicator.allocate(length),
    [Symbol.asyncDispose]: () => communicator[Symbol.asyncDispose](),
  }
}

/** What differs between ranks is found before the first update; what fails on one ends all. */
export const agreementTests: DistributedTests = {
  'another shape of a weight on one rank is refused on all': (subject) =>
    refused(subject, [usual, { layers: wide }], /dense_1\/kernel float32 \[6, 8\]" on rank 0.*\[6, 9\]" on rank 2/),
  'another order of layers on one rank is refused on all': (subject) =>
    refused(
      subject,
      [
        { layers: () => network(dropout({ rate: 0.2 }), batchNormalization()) },
        { layers: () => network(batchNormalization(), dropout({ rate: 0.2 })) },
      ],
      /graph is ".*" on rank 0 and ".*" on rank 2/,
    ),
  'another dtype of the data on one rank is refused on all': (subject) =>
    refused(subject, [taking('float32'), taking('int32')], /inputs\.0 is "\w+ float32 \[6\]" on rank 0 and "\w+ int32/),
  'another loss, metric, learner or option of it on one rank is refused on all': async (subject) => {
    await refused(subject, [usual, { ...usual, loss: 'mse' }], /outputs\.0\.loss is "categorical.*"meanSquared/)
    await refused(subject, [usual, { ...usual, metrics: [] }], /metrics is "0" on rank 0 and null on rank 2/)
    await refused(subject, [usual, { ...usual, learner: 'adam' }], /on rank 0 and .* on rank 2/)
    const faster = { ...usual, learner: sgd({ learningRate: 0.5 }) }
    await refused(subject, [usual, faster], /learner\.learningRate is 0.01 on rank 0 and 0.5 on rank 2/)
    await refused(subject, [usual, { ...usual, gradientAccumulation: 2 }], /gradientAccumulation is 1 on rank 0 and 2/)
  },
  'another version of core on one rank is refused on all': (subject) => {
    const group: GroupSubject['group'] = async (worldSize) =>
      (await subject.group(worldSize)).map((communicator, rank) => (rank === 2 ? older(communicator) : communicator))
    return refused({ ...subject, group }, [usual, usual], /version is "[^"]*" on rank 0 and "0.0.1" on rank 2/)
  },
  'other options of fit on one rank are refused on all': async (subject) => {
    await refused(subject, [usual, usual], /batchSize is 6 on rank 0 and 5 on rank 2/, [{}, { batchSize: 5 }])
    await refused(subject, [usual, usual], /epochs.* on rank 0 and .* on rank 2/, [{ epochs: 2 }, { epochs: 3 }])
    const validation = (count: number, seed: string) => {
      const { x, y } = samples(count, seed)
      return { validationData: [x, y] }
    }
    const [one, longer, other] = [validation(4, 'a'), validation(5, 'a'), validation(4, 'b')]
    await refused(subject, [usual, usual], /validationData differs.*samples is 4 on rank 0 and 5/, [one, longer])
    await refused(subject, [usual, usual], /validationData differs.*sha256 is/, [one, other])
  },
  'weights, seed and place in training are those of rank 0': async (subject) => {
    const data = samples(12)
    const hashes = await onRanks(subject, 3, async (communicator) => {
      const { x, y } = shardOf(data, lengths, communicator.rank)
      const recipe = { layers: () => network(dropout({ rate: 0.4 })), learner: 'adam', seed: 3 + communicator.rank }
      return using(modelOf(subject, recipe, communicator), async (model) => {
        await model.fit(x, y, { ...quiet, shuffle: true })
        return model.parametersSha256()
      })
    })
    for (const hash of hashes) expectSame('hash', hash, hashes[0])
    const seeded = await onRanks(subject, 3, async (communicator) => {
      const { x, y } = shardOf(data, lengths, communicator.rank)
      const recipe = { layers: () => network(dropout({ rate: 0.4 })), learner: 'adam', seed: 3 }
      return using(modelOf(subject, recipe, communicator), async (model) => {
        await model.fit(x, y, { ...quiet, shuffle: true })
        return model.parametersSha256()
      })
    })
    expectSame('hash where all ranks have that seed', hashes[0], seeded[0])
  },
  'an error on one rank ends the call on all of them': async (subject) => {
    const data = samples(12)
    for (const where of ['data', 'callback'] as const) {
      const results = await settledOnRanks(subject, 3, async (communicator) => {
        const { x, y } = shardOf(data, lengths, communicator.rank)
        const faulty = communicator.rank === 1
        const targets = faulty && where === 'data' ? y.slice(0, 1) : y
        const onBatchEnd = (): void => {
          if (faulty && where === 'callback') throw new Error('the disk is full')
        }
        return using(modelOf(subject, usual, communicator), (model) =>
          model.fit(x, targets, { ...quiet, callbacks: [{ onBatchEnd }] }),
        )
      })
      for (const [rank, result] of results.entries()) {
        const message = result.status === 'rejected' ? String(result.reason) : 'success'
        const told = /disk is full|has 4 samples but y has 1/.test(message)
        expectSame(`whether rank ${rank} tells the reason (${message})`, told, true)
      }
    }
  },
  'different calls on two ranks are refused': async (subject) => {
    const data = samples(8)
    const results = await settledOnRanks(subject, 2, async (communicator) => {
      const { x, y } = shardOf(data, [4, 4], communicator.rank)
      return using(modelOf(subject, usual, communicator), async (model) => {
        if (communicator.rank === 0) await model.fit(x, y, quiet)
        else await model.evaluate(x, y)
      })
    })
    for (const result of results) {
      if (result.status === 'fulfilled') throw new Error('expected a refusal')
      expectSame('message', /"fit" on rank 0 and "evaluate" on rank 1/.test(String(result.reason)), true)
    }
  },
}
