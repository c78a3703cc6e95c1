import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeSmallSet } from './data/digits-files.fixture.ts'
import { realData } from './digits.fixture.ts'
import { patience, trainQuietly } from './training.fixture.ts'

// This file's process can hold one tfjs: whatever else is installed, wasm is there right after npm ci.
const wasm = ['--backend', 'tfjs', '--engine', 'wasm']
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-mnist-tfjs-'))
  await writeSmallSet(folder, 2000, 500)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const run = (...argv: string[]) => trainQuietly(...wasm, '--data', folder, ...argv)

describe('--backend tfjs', { timeout: patience }, () => {
  it('trains mnist_mlp on wasm, and says so at the start and in the report', async () => {
    const { report, printed } = await run('--epochs', '3')
    expect(report.test.accuracy).toBeGreaterThan(0.9)
    expect(report).toMatchObject({ backend: 'tfjs', engine: expect.stringMatching(/wasm/) })
    expect(report.engine).toContain('4.22.0')
    expect(printed).toContain(`Using tfjs backend: ${report.engine} on ${report.device}.`)
  })

  it('trains mnist_cnn on wasm, which tfjs itself cannot', async () => {
    const { report } = await run('--model', 'cnn', '--epochs', '1', '--batch-size', '50')
    expect(report.test.accuracy).toBeGreaterThan(0.6)
    expect(report.epochs[0]?.loss).toBeLessThan(2)
  })
})

it.skipIf(realData === undefined || process.env['LOCKSTEP_SLOW_TESTS'] === undefined)(
  'reaches 0.96 in two epochs of mnist_mlp on wasm',
  { timeout: patience },
  async () => {
    const { report } = await trainQuietly(...wasm, '--data', realData as string, '--model', 'mlp', '--epochs', '2')
    expect(report.test.accuracy).toBeGreaterThanOrEqual(0.96)
  },
)
