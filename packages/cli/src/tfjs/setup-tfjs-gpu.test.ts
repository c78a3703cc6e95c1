import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockstep, start, temporaryFolder } from '../run/cli.fixture.ts'
import { fillForGpu, nvidiaLibrary } from './engine.fixture.ts'
import { wheelIndex } from './package-index.fixture.ts'
import { gpuVariant } from './variant.ts'

const setup = ['setup', 'tfjs', '--gpu']
const distributions = gpuVariant.nvidia.map(({ distribution }) => distribution)

// An engine of a few lines takes the place of TensorFlow's, so that no driver, or its want, ends every run alike.
describe.skipIf(process.platform !== 'linux')('setup tfjs --gpu', () => {
  test('installs from a folder, ends at the driver, finds what it installed, and deletes it', async () => {
    const { from, cache, env } = await prepare()
    const first = await lockstep([...setup, '--from', from], env)
    expect(first.stderr).toMatch(/TensorFlow 2\.21\.0 is ready for tfjs-node 4\.22\.0: .*gpu \(/)
    expect(first.stderr).toMatch(/lockstep: .*(cuda:0|NVIDIA)/)
    expect(first.code).toBe(1)
    expect(await readdir(join(cache, 'tfjs'))).toEqual(['gpu'])
    const files = await readdir(join(cache, 'tfjs', 'gpu', 'site'), { recursive: true })
    expect(files.filter((name) => /\.so|\.h$/.test(name)).sort()).toEqual(
      [
        ...distributions.map(nvidiaLibrary),
        'tensorflow/libtensorflow_cc.so.2',
        'tensorflow/libtensorflow_framework.so.2',
      ].sort(),
    )
    const manifest = JSON.parse(await readFile(join(cache, 'tfjs', 'gpu', 'lockstep.json'), 'utf8'))
    expect(manifest).toMatchObject({ tfjs: '4.22.0', tensorflow: '2.21.0', source: 'wheel' })

    const again = await lockstep(setup, env)
    expect(again.stderr).toContain('is installed already and works')
    expect(await lockstep(['setup', 'tfjs', '--remove'], env)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^deleted .*gpu \(\d+/),
    })
    expect(await readdir(cache)).toEqual([])
  })

  test('a wheel that is damaged is refused, and nothing is left behind', async () => {
    const { from, cache, env } = await prepare({ damage: 'nvidia-cufft-cu12' })
    const { code, stderr } = await lockstep([...setup, '--from', from], env)
    expect(stderr).toMatch(
      /the wheel .*nvidia_cufft_cu12.* is damaged \(nvidia\/cufft\/lib\/libcufft\.so\.12 has SHA-256/,
    )
    expect(code).toBe(1)
    expect(await readdir(join(cache, 'tfjs'))).toEqual([])
  })

  test('a folder without one of the wheels is told apart, with the command that fills it', async () => {
    const { from, env } = await prepare()
    const [wheel = ''] = (await readdir(from)).filter((name) => name.startsWith('nvidia_nccl_cu12'))
    await rm(join(from, wheel))
    const { code, stderr } = await lockstep([...setup, '--from', from], env)
    expect(stderr).toContain('does not hold a nvidia-nccl-cu12 2.27.7 wheel')
    expect(stderr).toContain(`pip download --no-deps --dest ${from} tensorflow==2.21.0 nvidia-cuda-runtime-cu12==`)
    expect(code).toBe(1)
  })

  test('interrupted, it keeps the wheels that are whole, and goes on with them', { timeout: 360_000 }, async () => {
    const { from, cache, env } = await prepare()
    const index = await wheelIndex(from)
    const path = await temporaryFolder()
    // npm with another registry: what it installs is the folder.
    await writeFile(join(path, 'npm'), `#!/bin/sh\ncp -r ${from}/node_modules .\n`)
    await chmod(join(path, 'npm'), 0o755)
    const network = {
      ...env,
      npm_execpath: '',
      PATH: `${path}:${process.env['PATH']}`,
      PIP_INDEX_URL: `${index.url}`,
      PIP_EXTRA_INDEX_URL: '',
      PIP_NO_CACHE_DIR: '1',
    }
    index.hold('nvidia_cuda_nvrtc')
    const running = start(setup, network)
    await expect.poll(() => index.requested().join(), { timeout: 120_000 }).toContain('nvidia_cuda_nvrtc')
    running.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('interrupted') })
    expect(await readdir(join(cache, 'tfjs'))).toEqual(['downloads'])
    const kept = (await readdir(join(cache, 'tfjs', 'downloads'))).map((name) => name.split('-')[0])
    expect(kept.sort()).toEqual(['nvidia_cuda_runtime_cu12', 'tensorflow'])

    index.hold(undefined)
    const before = index.requested().length
    const { stderr } = await lockstep(setup, network)
    expect(stderr).toMatch(/✔ nvidia-cuda-nvrtc-cu12 12\.\S+ through pip, \d+ kB/)
    expect(stderr).toContain('TensorFlow 2.21.0 is ready')
    const names = distributions.map((distribution) => distribution.replaceAll('-', '_'))
    expect(index.requested().slice(before)).toEqual(names.slice(1))
    expect(await readdir(join(cache, 'tfjs'))).toEqual(['gpu'])
  })
})

async function prepare(wheels: { readonly damage?: string } = {}): Promise<{
  from: string
  cache: string
  env: Record<string, string>
}> {
  const from = await fillForGpu(await temporaryFolder(), wheels)
  const cache = join(await temporaryFolder(), 'cache')
  await mkdir(cache)
  return { from, cache, env: { LOCKSTEP_CACHE_DIR: cache } }
}
