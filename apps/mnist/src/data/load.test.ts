import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { realData } from '../digits.fixture.ts'
import { gzipped, smallSet } from './digits-files.fixture.ts'
import { type LoadOptions, loadMnist } from './load.ts'
import { mnistFiles } from './mnist-files.ts'

const set = smallSet()
const served = gzipped(set)
const largest = served.get('train-images-idx3-ubyte.gz') as Buffer
let folder: string
let warnings: string[]
let server: Server | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-digits-'))
  warnings = []
})
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
  await rm(folder, { recursive: true, force: true })
})

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

/** A mirror on this machine; `answer` sends the file that was asked for. */
async function mirror(answer: Answer): Promise<string> {
  const listening = createServer((request, response) => {
    const body = served.get((request.url ?? '').slice(1))
    if (body === undefined) response.writeHead(404).end()
    else answer(request, response, body)
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/`
}

/** Sends what is asked for, a range too. */
const wellBehaved: Answer = (request, response, body) => {
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (start === 0) response.writeHead(200, { 'content-length': body.length }).end(body)
  else
    response
      .writeHead(206, { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` })
      .end(body.subarray(start))
}

function load(mirrors: readonly string[], more: LoadOptions = {}) {
  return loadMnist({
    env: {},
    cacheDir: join(folder, 'cache'),
    files: set.files,
    mirrors,
    patience: 5000,
    warn: (text) => warnings.push(text),
    syntheticOptions: { trainCount: 5, testCount: 5 },
    ...more,
  })
}

describe('a folder that is named', () => {
  it('may hold the files gzipped or unpacked, with either kind of name', async () => {
    const names = [
      'train-images.idx3-ubyte',
      'train-labels-idx1-ubyte',
      't10k-images-idx3-ubyte',
      't10k-labels.idx1-ubyte',
    ]
    const parts = ['trainImages', 'trainLabels', 'testImages', 'testLabels'] as const
    for (const [index, part] of parts.entries()) {
      const packed = index % 2 === 0
      const bytes = set.bytes[part]
      await writeFile(join(folder, `${names[index]}${packed ? '.gz' : ''}`), packed ? gzipSync(bytes) : bytes)
    }
    const digits = await loadMnist({ env: { MNIST_DIR: folder } })
    expect(digits).toMatchObject({ origin: 'directory', location: folder })
    expect([digits.xTrain.length, digits.yTrain.length, digits.xTest.length, digits.yTest.length]).toEqual([
      15680, 20, 7840, 10,
    ])
    expect(Math.max(...digits.xTrain)).toBeLessThanOrEqual(1)
    expect(digits.xTrain[400]).toBe(Math.fround((set.bytes.trainImages[416] as number) / 255))
  })

  it('is used or refused, never replaced', async () => {
    await expect(loadMnist({ data: join(folder, 'nowhere') })).rejects.toThrow(
      /nowhere' does not exist.*--data and MNIST_DIR/,
    )
    await expect(loadMnist({ data: folder })).rejects.toThrow(/lacks train-images-idx3-ubyte, .*expected all four/)
  })

  it.skipIf(realData === undefined)('gives the real MNIST', async () => {
    const digits = await loadMnist({ data: realData as string })
    expect([digits.xTrain.length, digits.yTest.length]).toEqual([60000 * 784, 10000])
    expect([...digits.yTrain.slice(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    const sum = digits.xTrain.reduce((total, pixel) => total + pixel, 0)
    expect(sum / digits.xTrain.length).toBeCloseTo(0.1306605, 6)
    expect(Object.keys(mnistFiles)).toHaveLength(4)
  })
})

describe('a download', () => {
  it('comes from the first mirror that has the files, and next time from the cache', async () => {
    const address = await mirror(wellBehaved)
    const first = await load(['http://127.0.0.1:1/', address])
    expect(first.origin).toBe('download')
    expect(warnings.join('\n')).toContain('train-images-idx3-ubyte')
    const again = await load([])
    expect(again).toMatchObject({ origin: 'cache', xTrain: first.xTrain })
    expect((await readdir(join(folder, 'cache'))).some((name) => name.endsWith('.part'))).toBe(false)
  })

  it('goes on where it broke off', async () => {
    const starts: string[] = []
    const address = await mirror((request, response, body) => {
      if (body !== largest) return wellBehaved(request, response, body)
      starts.push(request.headers.range ?? 'from the start')
      if (starts.length > 1) return wellBehaved(request, response, body)
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.subarray(0, 1000), () => setTimeout(() => response.destroy(), 100))
    })
    expect((await load([address])).origin).toBe('download')
    expect(starts).toEqual(['from the start', 'bytes=1000-'])
  })

  it('starts again where the server knows no ranges', async () => {
    const address = await mirror((_, response, body) => response.writeHead(200).end(body))
    await mkdir(join(folder, 'cache'))
    const part = `${set.files.trainImages.name}.gz.part`
    await writeFile(join(folder, 'cache', part), 'old bytes')
    expect((await load([address])).origin).toBe('download')
  })

  it('with the wrong checksum is not believed', async () => {
    const other = gzipSync(Buffer.from('something else entirely'))
    const address = await mirror((_, response) => response.writeHead(200).end(other))
    const digits = await load([address])
    expect(digits.origin).toBe('synthetic')
    expect(warnings.join('\n')).toMatch(/SHA-256|checksum/i)
  })

  it('replaces a damaged file of the cache', async () => {
    const address = await mirror(wellBehaved)
    await load([address])
    const path = join(folder, 'cache', `${set.files.testLabels.name}.gz`)
    await writeFile(path, (await readFile(path)).subarray(0, 20))
    expect((await load([address])).origin).toBe('download')
    expect(warnings.join('\n')).toContain('.damaged')
  })

  it('that nobody delivers leads to generated digits and a notice in a box', async () => {
    const silent = await mirror(() => undefined)
    const digits = await load(['http://127.0.0.1:1/', silent], { patience: 100 })
    expect(digits).toMatchObject({ origin: 'synthetic', location: 'generated' })
    expect(digits.yTrain).toHaveLength(5)
    const notice = warnings.find((text) => text.includes('╔')) ?? ''
    expect(notice).toContain('accuracies do not compare')
    expect(notice).toContain('silent for 100 ms')
    expect(notice.split('\n').length).toBeGreaterThan(5)
  })
})

it('generates digits when asked to', async () => {
  const digits = await load([], { data: 'synthetic' })
  expect(digits.origin).toBe('synthetic')
  expect(warnings).toHaveLength(1)
})
