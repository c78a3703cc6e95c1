import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeSmallSet } from './data/digits-files.fixture.ts'
import type { Report } from './report.ts'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-resume-'))
  await writeSmallSet(folder, 10_000, 1000)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function start(...argv: string[]): ChildProcess {
  const options = ['--data', folder, '--epochs', '4', '--batch-size', '100']
  return spawn(process.execPath, [program, ...options, ...argv], { stdio: ['ignore', 'ignore', 'inherit'] })
}

function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
}

async function reported(name: string): Promise<Report> {
  return JSON.parse(await readFile(join(folder, name), 'utf8')) as Report
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

it('goes on after kill -9 to the bits of the run that was not killed', { timeout: 300_000 }, async () => {
  expect(await ended(start('--report', join(folder, 'whole.json')))).toBe(0)

  const checkpoint = join(folder, 'checkpoint')
  const killed = start('--checkpoint', checkpoint)
  const exit = ended(killed)
  await until(() => existsSync(join(checkpoint, 'model.safetensors')))
  killed.kill('SIGKILL')
  expect(await exit).toBe('SIGKILL')

  expect(await ended(start('--checkpoint', checkpoint, '--resume', '--report', join(folder, 'resumed.json')))).toBe(0)
  const [whole, resumed] = [await reported('whole.json'), await reported('resumed.json')]
  expect(resumed.epochs.length).toBeLessThan(4)
  expect(resumed.parametersSha256).toBe(whole.parametersSha256)
  expect(resumed.test).toEqual(whole.test)
})
