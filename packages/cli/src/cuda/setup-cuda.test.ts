import { chmod, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockstep, start, temporaryFolder } from '../run/cli.fixture.ts'
import { wheelIndex } from '../tfjs/package-index.fixture.ts'
import { type CudaWheels, cudaWheels, tinyLibrary } from './cuda-wheels.fixture.ts'
import { onnxRuntimeVersion } from './onnx-runtime.ts'

const setup = ['setup', 'cuda']
const version = onnxRuntimeVersion()

// Libraries of a few bytes take the place of NVIDIA's, so that no driver, or its want, ends every run alike.
describe.skipIf(process.platform !== 'linux')('setup cuda', () => {
  test('installs from a folder, ends at the driver, finds what it installed, and deletes it', async () => {
    const { from, cache, env } = await prepare()
    const first = await lockstep([...setup, '--from', from], env)
    expect(first.stderr).toContain('✔ Loading 8 libraries')
    expect(first.stderr).toMatch(new RegExp(`CUDA 13 is there for ONNX Runtime ${version}: .*/cuda \\(\\d+ kB\\)`))
    expect(first.stderr).toMatch(/lockstep: onnx: there is no device "cuda:0" here/)
    expect(first.code).toBe(1)
    const files = await readdir(join(cache, 'cuda'), { recursive: true })
    expect(files.filter((name) => /\.(so|py|h)/.test(name) && !name.startsWith('links')).sort()).toEqual([
      'nvidia/cu13/lib/libcublas.so.13',
      'nvidia/cu13/lib/libcublasLt.so.13',
      'nvidia/cu13/lib/libcudart.so.13',
      'nvidia/cu13/lib/libcurand.so.10',
      'nvidia/cu13/lib/libnvrtc.so.13',
      'nvidia/cudnn/lib/libcudnn.so.9',
      'onnxruntime/capi/libonnxruntime_providers_cuda.so',
      'onnxruntime/capi/libonnxruntime_providers_shared.so',
    ])

    const again = await lockstep(setup, env)
    expect(again.stderr).toContain(`CUDA 13 is there already for ONNX Runtime ${version}`)
    expect(await lockstep([...setup, '--remove'], env)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^deleted .*cuda \(\d+/),
    })
    expect(await readdir(cache)).toEqual([])
    expect((await lockstep([...setup, '--remove'], env)).stderr).toContain('nothing to delete')
  })

  test("an installation for another version, or one that does not load, is replaced; what is PyTorch's is linked", async () => {
    const { from, cache, env, library } = await prepare()
    await lockstep([...setup, '--from', from], env)
    const manifest = join(cache, 'cuda', 'lockstep.json')
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace(`"${version}"`, '"1.2.3"'))
    const other = await lockstep([...setup, '--from', from], env)
    expect(other.stderr).toContain(`is for ONNX Runtime 1.2.3, and ${version} is installed; it is replaced`)

    await writeFile(join(cache, 'cuda', 'nvidia', 'cudnn', 'lib', 'libcudnn.so.9'), 'no library')
    const { python, site } = await pytorch(library, ['libcudnn.so.9', 'libcudnn_ops.so.9'])
    const mended = await lockstep([...setup, '--from', from, '--python', python], env)
    expect(mended.stderr).toMatch(/What is installed does not load and is replaced: .*libcudnn\.so\.9/)
    expect(mended.stderr).toContain(`- nvidia-cudnn-cu13: ${site}`)
    const linked = join(cache, 'cuda', 'nvidia', 'nvidia-cudnn-cu13', 'lib')
    expect((await readdir(linked)).sort()).toEqual(['libcudnn.so.9', 'libcudnn_ops.so.9'])
    expect(await readlink(join(linked, 'libcudnn.so.9'))).toBe(join(site, 'libcudnn.so.9'))
  })

  test.each<[string, CudaWheels, RegExp]>([
    ['of another version', { version: '1.2.3' }, new RegExp(`does not hold a wheel of onnxruntime-gpu ${version};`)],
    [
      'without one of them',
      { without: ['nvidia-curand'] },
      /does not hold a wheel of nvidia-curand 10\.\S+; .*\bpip download --no-deps --dest .* nvidia-curand==10/,
    ],
    [
      'one of which is damaged',
      { damage: 'nvidia-cublas' },
      /the wheel .*nvidia_cublas.* is damaged \(nvidia\/cu13\/lib\/libcublasLt\.so\.13 has SHA-256/,
    ],
  ])('wheels %s are refused, and nothing is left behind', async (_, wheels, message) => {
    const { from, cache, env } = await prepare(wheels)
    const { code, stderr } = await lockstep([...setup, '--from', from], env)
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('    at ')
    expect(code).toBe(1)
    expect(await readdir(join(cache, 'cuda')).catch(() => [])).toEqual([])
  })

  test('a library that lacks another names it', async () => {
    const library = await tinyLibrary(await temporaryFolder(), 'libplanted.so.7')
    const { from, env } = await prepare({ instead: { distribution: 'nvidia-cudnn-cu13', library } })
    const { code, stderr } = await lockstep([...setup, '--from', from], env)
    expect(stderr).toMatch(/libcudnn\.so\.9 does not load \(.*libplanted\.so\.7: cannot open shared object file/)
    expect(code).toBe(1)
  })

  test('interrupted, it keeps the wheels that are whole, and goes on with them', { timeout: 360_000 }, async () => {
    const { from, cache, env } = await prepare()
    const index = await wheelIndex(from)
    const network = { ...env, PIP_INDEX_URL: index.url, PIP_EXTRA_INDEX_URL: '', PIP_NO_CACHE_DIR: '1' }
    index.hold('nvidia_cuda_nvrtc')
    const running = start(setup, network)
    await expect.poll(() => index.requested().join(), { timeout: 120_000 }).toContain('nvidia_cuda_nvrtc')
    running.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('interrupted') })
    const kept = (await readdir(join(cache, 'cuda', 'downloads'))).map((name) => name.split('-')[0])
    expect(kept.sort()).toEqual(['nvidia_cuda_runtime', 'onnxruntime_gpu'])
    expect(await readdir(join(cache, 'cuda'))).toEqual(['downloads'])

    index.hold(undefined)
    const before = index.requested().length
    const { stderr } = await lockstep(setup, network)
    expect(stderr).toMatch(/✔ nvidia-cuda-nvrtc 13\.\S+ through pip, \d+ kB/)
    expect(stderr).toContain('CUDA 13 is there')
    const asked = index.requested().slice(before)
    expect(asked).toEqual(['nvidia_cuda_nvrtc', 'nvidia_cublas', 'nvidia_curand', 'nvidia_cudnn_cu13'])
    expect(await readdir(join(cache, 'cuda'))).not.toContain('downloads')
  })

  test('its help names the folder, the wheels, and the commands that fetch them', async () => {
    const { env } = await prepare({ without: ['nvidia-cublas'] })
    const { stdout } = await lockstep([...setup, '--help'], env)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`into ${env['LOCKSTEP_CACHE_DIR']}/cuda.`)
    expect(stdout).toMatch(new RegExp(`pip download --no-deps --dest DIR onnxruntime-gpu==${version} nvidia-`))
  })
})

async function prepare(wheels: CudaWheels = {}): Promise<{
  from: string
  cache: string
  library: Buffer
  env: Record<string, string>
}> {
  const library = await tinyLibrary(await temporaryFolder())
  const from = await cudaWheels(await temporaryFolder(), library, wheels)
  const cache = join(await temporaryFolder(), 'cache')
  await mkdir(cache)
  return { from, cache, library, env: { LOCKSTEP_CACHE_DIR: cache } }
}

/** A Python that says where its PyTorch is, with NVIDIA's wheels beside it. */
async function pytorch(library: Buffer, names: readonly string[]): Promise<{ python: string; site: string }> {
  const packages = await temporaryFolder()
  const site = join(packages, 'nvidia', 'cudnn', 'lib')
  await mkdir(site, { recursive: true })
  for (const name of names) await writeFile(join(site, name), library)
  const python = join(packages, 'python')
  await writeFile(python, `#!/bin/sh\necho ${packages}/torch/__init__.py\n`)
  await chmod(python, 0o755)
  return { python, site }
}
