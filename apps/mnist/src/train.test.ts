import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadModel } from '@lockstep/core'
import * as ort from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseBackend } from './backends.ts'
import { digitsForTests, realData } from './digits.fixture.ts'
import { patience, trainQuietly } from './training.fixture.ts'

const data = ['--data', realData ?? 'synthetic']
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-mnist-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const run = (...argv: string[]) => trainQuietly(...data, ...argv)

describe.skipIf(realData === undefined)('accuracy on the real digits', { timeout: patience }, () => {
  it('mnist_mlp reaches 0.96 in two epochs', async () => {
    const file = join(folder, 'mlp.json')
    const { report, printed } = await run('--model', 'mlp', '--epochs', '2', '--report', file)
    expect(report.test.accuracy).toBeGreaterThanOrEqual(0.96)
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(report)
    expect(report).toMatchObject({
      backend: 'onnx',
      device: 'cpu:0',
      engine: expect.stringMatching(/^ONNX Runtime \d+\.\d+\.\d+ \(/),
      model: 'mlp',
      data: 'directory',
      worldSize: 1,
      effectiveBatchSize: 128,
      parameters: 669_706,
    })
    expect(report.epochs).toHaveLength(2)
    expect(report.epochs[1]).toMatchObject({ epoch: 1, valLoss: report.test.loss, valAccuracy: report.test.accuracy })
    expect(report.parametersSha256).toMatch(/^[0-9a-f]{64}$/)
    for (const line of ['60000 train samples', '10000 test samples', 'Total params: 669,706', 'Test accuracy: 0.9'])
      expect(printed).toContain(line)
  })

  it('mnist_cnn reaches 0.970 in one epoch, and its export predicts the same in plain onnxruntime', async () => {
    const file = join(folder, 'cnn.onnx')
    const { report } = await run('--model', 'cnn', '--epochs', '1', '--export', file, '--checkpoint', folder)
    expect(report.test.accuracy).toBeGreaterThanOrEqual(0.97)
    const session = await ort.InferenceSession.create(file)
    const model = await loadModel(join(folder, 'model.safetensors'), { backend: chooseBackend({ backend: 'onnx' }) })
    const { xTest } = await digitsForTests()
    for (const count of [1, 7, 128]) {
      const images = xTest.slice(0, count * 784)
      const input = new ort.Tensor('float32', images, [count, 28, 28, 1])
      const outputs = await session.run({ [session.inputNames[0] as string]: input })
      const exported = outputs[session.outputNames[0] as string]?.data as Float32Array
      const own = (await model.predict(images)).data as Float32Array
      expect(exported).toHaveLength(count * 10)
      const errors = own.map((value, at) => Math.abs(value - (exported[at] as number)))
      expect(Math.max(...errors)).toBeLessThanOrEqual(1e-5)
    }
    await model.dispose()
    await session.release()
  })
})

describe('the options', () => {
  it('choose another backend, learner and seed, and fuse steps', async () => {
    const common = [
      '--epochs',
      '1',
      '--batch-size',
      '500',
      '--learner',
      'adam',
      '--learning-rate',
      '0.002',
      '--seed',
      '7',
    ]
    const single = await run(...common)
    const fused = await run(...common, '--steps-per-execution', '5')
    expect(single.report.seed).toBe(7)
    expect(Math.abs(single.report.test.accuracy - fused.report.test.accuracy)).toBeLessThanOrEqual(0.005)
    expect(single.report.test.accuracy).toBeGreaterThan(0.9)
  })
})
