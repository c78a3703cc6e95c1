import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../run/cli.fixture.ts'
import { installerReachable } from '../tfjs/installer.ts'
import { type Index, packageIndex, serve } from '../tfjs/package-index.fixture.ts'
import { cpuVariant, downloadsFolder, tensorflowWheel } from '../tfjs/variant.ts'
import { downloadWheel } from './wheel.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.skipIf(process.platform !== 'linux')('the wheel', () => {
  test('comes through pip, is kept, and is not asked for again', async () => {
    const { index, downloads } = await prepare()
    const wheel = await download()
    expect(await readdir(downloads)).toEqual([basename(wheel)])
    expect(await readFile(wheel)).toEqual(await readFile(index.wheel))

    const requests = index.requests()
    expect(await download()).toBe(wheel)
    expect(index.requests()).toBe(requests)
  })

  test('with another hash than that of the index is refused, and nothing of it stays', async () => {
    const { downloads } = await prepare({ hash: '0'.repeat(64) })
    await expect(download()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/pip could not download tensorflow-cpu==2\.21\.0 \(exit code 1\)[\s\S]*HASH/i),
    })
    expect(await readdir(downloads)).toEqual([])
  })

  test('that the index does not have is said, with the command that was run', async () => {
    const { index } = await prepare()
    index.forget()
    await expect(download()).rejects.toMatchObject({
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

function download(): Promise<string> {
  const folder = downloadsFolder()
  return downloadWheel(tensorflowWheel(cpuVariant), { folder, command: 'lockstep setup tfjs', note: () => undefined })
}

async function prepare({ hash }: { readonly hash?: string } = {}): Promise<{ index: Index; downloads: string }> {
  const index = await packageIndex(hash)
  const cache = await temporaryFolder()
  vi.stubEnv('LOCKSTEP_CACHE_DIR', cache)
  vi.stubEnv('PIP_INDEX_URL', `${index.url}simple`)
  vi.stubEnv('PIP_EXTRA_INDEX_URL', '')
  vi.stubEnv('PIP_NO_CACHE_DIR', '1')
  return { index, downloads: join(cache, 'tfjs', 'downloads') }
}
