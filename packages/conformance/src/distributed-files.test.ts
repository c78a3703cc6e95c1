import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reference } from '@lockstep/backend-reference'
import { communicator, memoryGroup } from '@lockstep/collectives'
import { dataParallel, deserializeModel, type FitOptions, type Learner, loadModel, remoteMonitor } from '@lockstep/core'
import { csvLogger, modelCheckpoint, progressBar } from '@lockstep/core/node'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { shardOf } from './distributed/global-order.ts'
import { modelOf, onRanks } from './distributed/ranks.ts'
import { network, samples, using } from './training/subjects.ts'

const lengths = [8, 8]
const subject = {
  name: 'memory',
  group: (worldSize: number) => memoryGroup(worldSize).map((transport) => communicator(transport)),
}
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'distributed-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Trains two ranks that are told the same but for what `optionsOf` says; gives the lines that each wrote. */
async function train(optionsOf: (rank: number, write: (text: string) => boolean) => FitOptions, verbose: 0 | 2 = 0) {
  const data = samples(16)
  return onRanks(subject, 2, async (group) => {
    const written: string[] = []
    const { x, y } = shardOf(data, lengths, group.rank)
    const onMessage = (message: string) => void written.push(message)
    await using(modelOf(subject, { layers: network }, group, { onMessage }), (model) =>
      model.fit(x, y, { batchSize: 4, verbose, ...optionsOf(group.rank, (text) => written.push(text) > 0) }),
    )
    return written.join('\n')
  })
}

it('of two ranks that log, checkpoint and draw, rank 0 does', async () => {
  const paths = (rank: number, name: string) => join(folder, `${name}-${rank}`)
  const drawn = await train((rank, write) => ({
    callbacks: [
      csvLogger({ filename: paths(rank, 'log') }),
      modelCheckpoint({ filepath: paths(rank, 'model') }),
      progressBar({ verbose: 1, stream: { write } }),
    ],
  }))
  expect((await readdir(folder)).sort()).toEqual(['log-0', 'model-0'])
  expect(await readFile(paths(0, 'log'), 'utf8')).toMatch(/^epoch,acc,loss\r\n0,/)
  expect(drawn[0]).toContain('16/16 [=====')
  expect(drawn[1]).toBe('')
  expect(remoteMonitor().rankZeroOnly).toBe(true)
})

it('rank 0 says what is about to happen, unless it is to be silent', async () => {
  const options = () => ({ callbacks: [], epochs: 0 })
  const [first, second] = await train(options, 2)
  expect(first).toMatch(
    /^data parallel on 2 ranks \(global\); 4 samples an update, 2 of each rank; 4 batches an epoch; 4\d\d B exchanged/,
  )
  expect(second).toBe('')
  expect(await train(options)).toEqual(['', ''])
})

it('a model that all ranks save is written by rank 0, and all go on from it to the same bits', async () => {
  const data = samples(16)
  const path = join(folder, 'model')
  const program = (parts: readonly number[]) =>
    onRanks(subject, 2, async (group) => {
      const { x, y } = shardOf(data, lengths, group.rank)
      const model = modelOf(subject, { layers: network, learner: 'adam' }, group)
      await model.fit(x, y, { batchSize: 4, verbose: 0, epochs: parts[0] as number })
      if (parts.length === 1) return using(model, () => model.parametersSha256())
      model.setLearningRate(0.001)
      await model.save(path)
      await model.dispose()
      // All are done when the file is there.
      await group.allGather(new Uint8Array(0))
      const options = {
        backend: reference(),
        learner: (saved: Parameters<typeof dataParallel>[0]) => dataParallel(saved, group),
      }
      const loaded = await loadModel(path, options)
      await loaded.fit(x, y, { batchSize: 4, verbose: 0, epochs: parts[1] as number, resume: true })
      return using(loaded, () => loaded.parametersSha256())
    })
  const [one, other] = await program([2, 4])
  expect(other).toBe(one)
  expect(one).toBe((await program([4]))[0])
  expect(await readdir(folder)).toEqual(['model'])
})

it('a model that rank 0 alone has loaded is everyone’s with the next fit', async () => {
  const data = samples(16)
  const ends = await onRanks(subject, 2, async (group) => {
    const { x, y } = shardOf(data, lengths, group.rank)
    await using(modelOf(subject, { layers: network, learner: 'adam' }, group), async (model) => {
      await model.fit(x, y, { batchSize: 4, verbose: 0 })
      if (group.rank === 0) await model.save(join(folder, 'model'))
    })
    const model = modelOf(subject, { layers: network, learner: 'adam', seed: 1 }, group)
    const learner = () => dataParallel('adam', group)
    const loaded = group.rank === 0 ? await loadModel(join(folder, 'model'), { backend: reference(), learner }) : model
    return using(loaded, async () => {
      await loaded.fit(x, y, { batchSize: 4, verbose: 0, epochs: 2, resume: true })
      return { hash: await loaded.parametersSha256(), step: loaded.progress.step }
    })
  })
  expect(ends[1]).toEqual(ends[0])
  expect(ends[0]?.step).toBe(8)
})

it('a file without a learner has none to make one of', async () => {
  const file = await using(modelOf(subject, { layers: network }), (model) => model.serialize({ weightsOnly: true }))
  const options = { backend: reference(), loss: 'mse', learner: (saved: Learner) => saved }
  await expect(deserializeModel(file, options)).rejects.toThrow('the file has none')
})
