import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../run/cli.fixture.ts'
import { fillFrom, packWheel } from './engine.fixture.ts'
import { installerReachable } from './installer.ts'
import { cpuVariant } from './variant.ts'
import { downloadWheel } from './wheel.ts'

const platform = `linux_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.skipIf(process.platform !== 'linux')('the wheel', () => {
  test('comes through pip, is kept, and is not asked for again', async () => {
    const { index, downloads } = await prepare()
    const wheel = await downloadWheel(cpuVariant, { note: () => undefined })
    expect(await readdir(downloads)).toEqual([basename(wheel)])
    expect(await readFile(wheel)).toEqual(await readFile(index.wheel))

    const requests = index.requests()
    expect(await downloadWheel(cpuVariant, { note: () => undefined })).toBe(wheel)
    expect(index.requests()).toBe(requests)
  })

  test('with another hash than that of the index is refused, and nothing of it stays', async () => {
    const { downloads } = await prepare({ hash: '0'.repeat(64) })
    await expect(downloadWheel(cpuVariant, { note: () => undefined })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/pip could not download tensorflow-cpu==2\.21\.0 \(exit code 1\)[\s\S]*HASH/i),
    })
    expect(await readdir(downloads)).toEqual([])
  })

  test('that the index does not have is said, with the command that was run', async () => {
    const { index } = await prepare()
    index.forget()
    await expect(downloadWheel(cpuVariant, { note: () => undefined })).rejects.toMatchObject({
      message: expect.stringMatching(/-m pip download .*tensorflow-cpu==2\.21\.0\n[\s\S]*No matching distribution/),
    })
  })
})

describe("the installer's download", () => {
  test.each([
    [200, true],
    [403, false],
  ])('that answers with %i is reachable: %s', async (status, reachable) => {
    vi.stubEnv('TFJS_NODE_BASE_URI', await serve((_request, response) => response.writeHead(status).end()))
    expect(await installerReachable()).toBe(reachable)
  })

  test('that does not answer, or is not there, is not reachable', async () => {
    vi.stubEnv('TFJS_NODE_BASE_URI', await serve(() => undefined))
    expect(await installerReachable(undefined, 200)).toBe(false)
    vi.stubEnv('TFJS_NODE_BASE_URI', 'http://127.0.0.1:1/')
    expect(await installerReachable()).toBe(false)
  })
})

async function prepare({ hash }: { readonly hash?: string } = {}): Promise<{ index: Index; downloads: string }> {
  const index = await packageIndex(hash)
  const cache = await temporaryFolder()
  vi.stubEnv('LOCKSTEP_CACHE_DIR', cache)
  vi.stubEnv('PIP_INDEX_URL', `${index.url}simple`)
  vi.stubEnv('PIP_EXTRA_INDEX_URL', '')
  vi.stubEnv('PIP_NO_CACHE_DIR', '1')
  return { index, downloads: join(cache, 'tfjs', 'downloads') }
}

interface Index {
  readonly url: string
  readonly wheel: string
  requests(): number
  forget(): void
}

/** A package index with one wheel, as pip asks for it. */
async function packageIndex(hash?: string): Promise<Index> {
  const wheel = await packWheel(await fillFrom(await temporaryFolder()), await temporaryFolder(), { platform })
  const bytes = await readFile(wheel)
  const link = `/${basename(wheel)}#sha256=${hash ?? createHash('sha256').update(bytes).digest('hex')}`
  let count = 0
  let page = `<a href="${link}">${basename(wheel)}</a>`
  const url = await serve((request, response) => {
    count++
    const isPage = request.url?.startsWith('/simple/')
    response.writeHead(200, { 'content-type': isPage ? 'text/html' : 'application/octet-stream' })
    response.end(isPage ? page : bytes)
  })
  const forget = (): void => {
    page = ''
  }
  return { url, wheel, requests: () => count, forget }
}

/** The address of a server that ends with the test. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
