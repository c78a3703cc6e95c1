import { type Callback, earlyStopping, type FitOptions, type Model, terminateOnNaN } from '@lockstep/core'
import { expectSame, network, samples, using } from '../training/subjects.ts'
import { shardOf } from './global-order.ts'
import { type DistributedTests, type GroupSubject, modelOf, onRanks } from './ranks.ts'

const lengths = [8, 8]
const quiet = { verbose: 0, batchSize: 4 } as const

/** Trains two ranks with options of their own; gives what each saw. */
async function train<T>(
  subject: GroupSubject,
  optionsOf: (rank: number) => Partial<FitOptions>,
  report: (model: Model, rank: number) => Promise<T> | T,
): Promise<T[]> {
  const data = samples(16)
  return onRanks(subject, 2, async (communicator) => {
    const { x, y } = shardOf(data, lengths, communicator.rank)
    return using(modelOf(subject, { layers: network }, communicator), async (model) => {
      await model.fit(x, y, { ...quiet, ...optionsOf(communicator.rank) })
      return report(model, communicator.rank)
    })
  })
}

/** Does something to the model after the batch or epoch of that number. */
function once(
  hook: 'onBatchEnd' | 'onEpochEnd',
  number: number,
  act: (model: Model) => void | Promise<void>,
): Callback {
  let model: Model
  return {
    onTrainBegin: (context) => {
      model = context.model as Model
    },
    [hook]: async (at: number) => {
      if (at === number) await act(model)
    },
  }
}

const stop = (model: Model): void => {
  model.stopTraining = true
}
const state = async (model: Model) => ({ ...model.progress, totals: [], hash: await model.parametersSha256() })

/** Who stops, who is told, and whose word counts. */
export const controlTests: DistributedTests = {
  'training that one rank stops after a batch stops there on all': async (subject) => {
    for (const stopping of [0, 1]) {
      const ends = await train(
        subject,
        (rank) => ({ epochs: 2, callbacks: rank === stopping ? [once('onBatchEnd', 1, stop)] : [] }),
        state,
      )
      expectSame('steps', ends[0]?.step, 2)
      expectSame('both ranks', JSON.stringify(ends[1]), JSON.stringify(ends[0]))
    }
  },
  'training stopped at an epoch’s last batch, or after it, completes the epoch': async (subject) => {
    for (const callback of [once('onBatchEnd', 3, stop), once('onEpochEnd', 0, stop)]) {
      const ends = await train(subject, (rank) => ({ epochs: 3, callbacks: rank === 1 ? [callback] : [] }), state)
      expectSame('both ranks', JSON.stringify(ends[1]), JSON.stringify(ends[0]))
      expectSame('epochs', ends[0]?.epoch, 1)
      expectSame('steps', ends[0]?.step, 4)
    }
  },
  'training that was stopped goes on to the same bits': async (subject) => {
    const options = { epochs: 2, shuffle: true }
    const whole = await train(subject, () => options, state)
    const data = samples(16)
    const resumed = await onRanks(subject, 2, async (communicator) => {
      const { x, y } = shardOf(data, lengths, communicator.rank)
      return using(modelOf(subject, { layers: network }, communicator), async (model) => {
        const callbacks = communicator.rank === 1 ? [once('onBatchEnd', 1, stop)] : []
        await model.fit(x, y, { ...quiet, ...options, callbacks })
        await model.fit(x, y, { ...quiet, ...options, resume: true })
        return state(model)
      })
    })
    expectSame('state', JSON.stringify(resumed), JSON.stringify(whole))
  },
  'early stopping stops all ranks after the same epoch, with the best weights on all': async (subject) => {
    const { x, y } = samples(5, 'other')
    const ends = await train(
      subject,
      () => ({
        epochs: 9,
        validationData: [x, y],
        callbacks: [earlyStopping({ mode: 'max', restoreBestWeights: true })],
      }),
      async (model) => ({ ...(await state(model)), epochs: model.history?.epoch.length }),
    )
    expectSame('both ranks', JSON.stringify(ends[1]), JSON.stringify(ends[0]))
    expectSame('epochs', ends[0]?.epochs, 2)
  },
  'callbacks for rank 0 alone are called there alone, others on all': async (subject) => {
    const calls: string[][] = [[], []]
    const say = (rank: number, what: string): Callback => ({
      onBatchEnd: () => void calls[rank]?.push(what),
      onEpochEnd: () => void calls[rank]?.push(`${what} at the end`),
    })
    await train(
      subject,
      (rank) => ({ stepsPerEpoch: 1, callbacks: [{ ...say(rank, 'once'), rankZeroOnly: true }, say(rank, 'each')] }),
      () => undefined,
    )
    expectSame('calls on rank 0', calls[0]?.join(), 'once,each,once at the end,each at the end')
    expectSame('calls on rank 1', calls[1]?.join(), 'each,each at the end')
  },
  'figures that callbacks are told are those of all ranks': async (subject) => {
    const logs: string[][] = [[], []]
    await train(
      subject,
      (rank) => ({ callbacks: [{ onBatchEnd: (_, each) => void logs[rank]?.push(JSON.stringify(each)) }] }),
      () => undefined,
    )
    expectSame('logs', logs[1]?.join(), logs[0]?.join())
    expectSame('size of a batch', JSON.parse(logs[0]?.[0] ?? '{}').size, 4)
  },
  'a learning rate that rank 0 sets, whenever it does, is everyone’s': async (subject) => {
    const faster = (model: Model): void => model.setLearningRate(0.5)
    for (const callback of [
      once('onBatchEnd', 1, faster),
      once('onEpochEnd', 0, faster),
      once('onEpochEnd', 1, faster),
    ]) {
      const rates = await train(
        subject,
        (rank) => ({ epochs: 2, callbacks: rank === 0 ? [callback] : [] }),
        async (model) => ({ rate: model.getLearningRate(), hash: await model.parametersSha256() }),
      )
      expectSame('both ranks', JSON.stringify(rates[1]), JSON.stringify(rates[0]))
      expectSame('rate', rates[1]?.rate, 0.5)
    }
  },
  'weights that rank 0 sets after an epoch are everyone’s': async (subject) => {
    const doubled = once('onEpochEnd', 0, async (model) => {
      await model.setWeights((await model.getWeights()).map((values) => values.map((value) => 2 * value)))
    })
    const ends = await train(subject, (rank) => ({ epochs: 2, callbacks: rank === 0 ? [doubled] : [] }), state)
    const usual = await train(subject, () => ({ epochs: 2 }), state)
    expectSame('both ranks', JSON.stringify(ends[1]), JSON.stringify(ends[0]))
    expectSame('equality with a training that nobody touched', ends[0]?.hash === usual[0]?.hash, false)
  },
  'what is not finite on one rank stops all, which name it': async (subject) => {
    const data = samples(16)
    const ends = await onRanks(subject, 2, async (communicator) => {
      const { x, y } = shardOf(data, lengths, communicator.rank)
      if (communicator.rank === 1) (x.data as Float32Array).fill(Number.NaN, 0, 6)
      return using(modelOf(subject, { layers: network }, communicator), async (model) => {
        const watch = terminateOnNaN({ onMessage: () => undefined })
        await model.fit(x.slice(0), y, { ...quiet, shuffle: false, callbacks: [watch] })
        return `${watch.found?.step} ${watch.found?.where}`
      })
    })
    for (const end of ends) expectSame('where it began', end, '0 input dense_1_input on rank 1')
  },
}
