import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findCuda, findProvider } from './cuda-installation.ts'

const version = '1.30.0'
const libraries = ['libcudart.so.13', 'libcublasLt.so.13', 'libcublas.so.13', 'libcurand.so.10']
const nowhere = (): boolean => false

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-cuda-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function place(...path: string[]): Promise<void> {
  const file = join(folder, ...path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, '')
}

async function placeProvider(wheel = version): Promise<void> {
  for (const half of ['shared', 'cuda']) await place('onnxruntime', 'capi', `libonnxruntime_providers_${half}.so`)
  await mkdir(join(folder, `onnxruntime_gpu-${wheel}.dist-info`))
}

describe('findProvider', () => {
  it('finds both halves', async () => {
    await placeProvider()
    expect(findProvider(version, folder).map((path) => basename(path))).toEqual([
      'libonnxruntime_providers_shared.so',
      'libonnxruntime_providers_cuda.so',
    ])
  })

  it('says what is missing, and the command that installs it', async () => {
    for (const prepare of [
      async () => undefined,
      () => place('onnxruntime', 'capi', 'libonnxruntime_providers_shared.so'),
    ]) {
      await prepare()
      expect(() => findProvider(version, folder)).toThrow(
        expect.objectContaining({
          code: 'unavailable',
          details: expect.objectContaining({ remedy: 'lockstep setup cuda' }),
          message: expect.stringMatching(
            /there is no .*libonnxruntime_providers_(shared|cuda)\.so; lockstep setup cuda/,
          ),
        }),
      )
    }
  })

  it('refuses another version than that of onnxruntime-node', async () => {
    await placeProvider('1.29.1')
    expect(() => findProvider(version, folder)).toThrow(/holds that of 1\.29\.1, and onnxruntime-node is 1\.30\.0/)
  })
})

describe('findCuda', () => {
  beforeEach(() => placeProvider())

  it('finds libraries in whatever folders wheels have, through links too, in an order that resolves them', async () => {
    await place('nvidia', 'cudnn', 'lib', 'libcudnn.so.9')
    for (const library of libraries.slice(1)) await place('nvidia', 'cu13', 'lib', library)
    await place('elsewhere', 'libcudart.so.13')
    await symlink(
      join(folder, 'elsewhere', 'libcudart.so.13'),
      join(folder, 'nvidia', 'cu13', 'lib', 'libcudart.so.13'),
    )
    await place('nvidia', 'cu13', 'lib', 'libnvrtc.so.13')
    await place('nvidia', 'cu13', 'lib', 'unrelated.txt')
    const found = findCuda(version, nowhere, folder).libraries
    expect(found.map((path) => basename(path))).toEqual(['libnvrtc.so.13', ...libraries, 'libcudnn.so.9'])
  })

  it('leaves to the system what the system has', async () => {
    await place('nvidia', 'cudnn', 'lib', 'libcudnn.so.9')
    const found = findCuda(version, (library) => libraries.includes(library), folder).libraries
    expect(found.slice(0, -1)).toEqual(libraries)
    expect(found.at(-1)).toBe(join(folder, 'nvidia', 'cudnn', 'lib', 'libcudnn.so.9'))
  })

  it('names every library that is missing', async () => {
    await place('nvidia', 'cu13', 'lib', 'libcudart.so.13')
    expect(() => findCuda(version, (library) => library === 'libcurand.so.10', folder)).toThrow(
      expect.objectContaining({
        code: 'unavailable',
        details: { what: 'libcublasLt.so.13, libcublas.so.13, libcudnn.so.9', remedy: 'lockstep setup cuda' },
      }),
    )
  })
})
