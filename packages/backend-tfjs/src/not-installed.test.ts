import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runModule } from './run-module.fixture.ts'

const packages = fileURLToPath(new URL('../..', import.meta.url))
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
let project: string

/** A project that has this backend, but of TensorFlow.js only what is named, and a cache of its own. */
async function install(name: string, ...present: string[]): Promise<string> {
  const folder = join(project, name)
  await mkdir(join(folder, 'node_modules', '@tensorflow'), { recursive: true })
  for (const own of ['core', 'backend-tfjs']) {
    const target = join(folder, 'node_modules', '@lockstep', own)
    await mkdir(target, { recursive: true })
    for (const part of ['package.json', 'dist'])
      await cp(join(packages, own, part), join(target, part), { recursive: true })
  }
  for (const other of present) {
    const path = join('@tensorflow', other)
    await symlink(join(modules, path), join(folder, 'node_modules', path))
  }
  return folder
}

function devices(folder: string, engine?: string): Promise<string> {
  const options = engine === undefined ? '{}' : `{ engine: '${engine}' }`
  return runModule(
    folder,
    `import { tfjs } from '@lockstep/backend-tfjs'
    await tfjs(${options}).devices().then(([device]) => console.log(device.engine), ({ code, message }) => console.log(code, message))`,
    { LOCKSTEP_CACHE_DIR: join(folder, 'cache') },
  )
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'lockstep-tfjs-'))
})
afterAll(() => rm(project, { recursive: true, force: true }))

describe('what is not installed is named, with the command that installs it', () => {
  it('everything', async () => {
    const folder = await install('nothing')
    expect(await devices(folder)).toMatch(
      /^unavailable .*npm install @tensorflow\/tfjs-core@4\.22\.0 @tensorflow\/tfjs-backend-wasm@4\.22\.0 .*npx lockstep setup tfjs/,
    )
    expect(await devices(folder, 'wasm')).toMatch(/^unavailable .*engine wasm .*tfjs-backend-wasm@4\.22\.0$/m)
    expect(await devices(folder, 'cpu')).toMatch(/^unavailable .*engine cpu .*tfjs-backend-cpu@4\.22\.0$/m)
  })

  it('TensorFlow, without which WebAssembly serves', async () => {
    const folder = await install('portable', 'tfjs-core', 'tfjs-backend-wasm')
    expect(await devices(folder, 'tensorflow')).toMatch(
      /^unavailable .*engine tensorflow .*: npx lockstep setup tfjs$/m,
    )
    expect(await devices(folder, 'tensorflow-gpu')).toMatch(
      /^unavailable .*(: npx lockstep setup tfjs --gpu|no NVIDIA driver; install .*)$/m,
    )
    expect(await devices(folder)).toMatch(/^TensorFlow\.js wasm 4\.22\.0/)
  })

  it('WebAssembly, without which plain JavaScript serves', async () => {
    const folder = await install('plain', 'tfjs-core', 'tfjs-backend-cpu')
    expect(await devices(folder)).toBe('TensorFlow.js cpu 4.22.0\n')
  })
})

describe('an installation of our own', () => {
  it('is none before its manifest is there, and names its fault afterwards', async () => {
    const folder = await install('broken')
    const target = join(folder, 'cache', 'tfjs', 'cpu')
    const binding = join(target, 'node_modules', '@tensorflow', 'tfjs-node')
    await mkdir(binding, { recursive: true })
    await writeFile(join(binding, 'package.json'), '{ "version": "4.22.0" }')
    expect(await devices(folder, 'tensorflow')).toMatch(/tfjs-node is neither here nor in .*tfjs.cpu;/)
    await writeFile(join(target, 'lockstep.json'), '{}')
    expect(await devices(folder, 'tensorflow')).toMatch(/tfjs-node has no binding; .*npx lockstep setup tfjs/)
  })
})
