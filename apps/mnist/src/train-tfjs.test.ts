import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeSmallSet } from './data/digits-files.fixture.ts'
import { parseOptions } from './options.ts'
import type { Report } from './report.ts'
import { trainMnist } from './train.ts'

// This file's process can hold one tfjs: whatever else is installed, wasm is there right after npm ci.
const engine = ['--backend', 'tfjs', '--engine', 'wasm']
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-mnist-tfjs-'))
  await writeSmallSet(folder, 2000, 500)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function run(...argv: string[]): Promise<{ report: Report; printed: string }> {
  const lines: string[] = []
  const options = parseOptions([...engine, '--data', folder, ...argv])
  return {
    report: await trainMnist(options, { print: (line) => lines.push(line), verbose: 0 }),
    printed: lines.join('\n'),
  }
}

describe('--backend tfjs', { timeout: 300_000 }, () => {
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
