import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeSmallSet } from './data/digits-files.fixture.ts'
import { withoutWorkers } from './options.ts'
import type { Report } from './report.ts'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-workers-'))
  await writeSmallSet(folder, 1000, 200)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function train(...argv: string[]): Promise<{ report: Report; printed: string }> {
  const file = join(folder, 'report.json')
  const all = ['--data', folder, '--epochs', '2', '--report', file, '--learner', 'sgd', ...argv]
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...all])
  return { report: JSON.parse(await readFile(file, 'utf8')) as Report, printed: stdout }
}

it('two workers train what one does, and say what each did', { timeout: 300_000 }, async () => {
  const one = await train()
  const two = await train('--workers', '2')
  expect(one.report).not.toHaveProperty('ranks')
  const { ranks = [], ...report } = two.report
  expect(report).toMatchObject({ worldSize: 2, effectiveBatchSize: 128 })
  // Each shuffles its own part, so batches differ from those of one process.
  expect(report.test.loss).toBeCloseTo(one.report.test.loss, 1)
  expect(ranks.map(({ rank }) => rank)).toEqual([0, 1])
  expect(new Set([report.parametersSha256, ...ranks.map((each) => each.parametersSha256)]).size).toBe(1)
  for (const { samples, secondsComputing, secondsCommunicating, bytesSent, lane } of ranks) {
    expect(samples).toBeGreaterThan(0)
    expect(secondsComputing).toBeGreaterThan(0)
    expect(secondsCommunicating).toBeGreaterThan(0)
    expect(bytesSent).toBeGreaterThan(0)
    expect(lane).toMatch(/^(shm|file)$/)
  }
  expect(two.printed.match(/Test accuracy/g)).toHaveLength(1)
  expect(two.printed).toMatch(/^\[0\] .*train samples$/m)
  expect(two.printed).not.toMatch(/^\[1\]/m)
})

it('a worker gets all arguments but those about workers', () => {
  expect(withoutWorkers(['--model', 'cnn', '--workers', '2', '--epochs', '3'])).toEqual([
    '--model',
    'cnn',
    '--epochs',
    '3',
  ])
  expect(withoutWorkers(['--workers=auto', '--seed', '2'])).toEqual(['--seed', '2'])
})
