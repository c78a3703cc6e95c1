import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runScript, ScriptedModel } from '../callbacks/scripted-run.fixture.ts'
import { type CsvLoggerOptions, csvLogger } from './csv-logger.ts'

let folder: string
let filename: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv-logger-'))
  filename = join(folder, 'log.csv')
})

afterEach(() => rm(folder, { recursive: true }))

const script = [
  { val_loss: 0.5, loss: 1, acc: 0.00001 },
  { val_loss: Number.NaN, loss: Infinity, acc: 0.1 },
]

async function log(
  options: Partial<CsvLoggerOptions> = {},
  epochs: Record<string, number>[] = script,
): Promise<string> {
  await runScript(csvLogger({ filename, ...options }), new ScriptedModel(), epochs)
  return readFile(filename, 'utf8')
}

// The bytes that Keras 2.0.4 writes.
it('writes a header and a line for every epoch, over what was there', async () => {
  await writeFile(filename, 'something else')
  expect(await log()).toBe('epoch,acc,loss,val_loss\r\n0,1e-05,1.0,0.5\r\n1,0.1,inf,nan\r\n')
})

it('goes on with a file without a second header', async () => {
  const first = await log({ append: true })
  expect(first).toMatch(/^epoch,/)
  expect(await log({ append: true })).toBe(`${first}0,1e-05,1.0,0.5\r\n1,0.1,inf,nan\r\n`)
})

it('takes another separator', async () => {
  expect(await log({ separator: ';' })).toMatch(/^epoch;acc;loss;val_loss\r\n0;1e-05;1\.0;0\.5\r\n/)
  expect(() => csvLogger({ filename, separator: '' })).toThrowError('separator is ""; expected one character')
})

it('quotes names that hold the separator or a quote', async () => {
  expect(await log({}, [{ 'a,b': 1.5, 'q"x': 2 }])).toBe('epoch,"a,b","q""x"\r\n0,1.5,2.0\r\n')
})

it('keeps the columns of the first epoch', async () => {
  expect(
    await log({}, [
      { loss: 1, val_loss: 2 },
      { loss: 3, lr: 4 },
    ]),
  ).toBe('epoch,loss,val_loss\r\n0,1.0,2.0\r\n1,3.0,NA\r\n')
})

it('can be used again', async () => {
  const callback = csvLogger({ filename })
  await runScript(callback, new ScriptedModel(), [{ loss: 1 }])
  await runScript(callback, new ScriptedModel(), [{ acc: 1 }])
  expect(await readFile(filename, 'utf8')).toBe('epoch,acc\r\n0,1.0\r\n')
})
