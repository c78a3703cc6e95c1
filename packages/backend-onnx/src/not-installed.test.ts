import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const packages = fileURLToPath(new URL('../..', import.meta.url))
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
let project: string

/** A project that has this backend, but of what it can make use of only what is named. */
async function install(name: string, ...present: string[]): Promise<string> {
  const folder = join(project, name)
  await mkdir(join(folder, 'node_modules', '@lockstep'), { recursive: true })
  for (const own of ['core', 'backend-onnx']) {
    const target = join(folder, 'node_modules', '@lockstep', own)
    await mkdir(target)
    for (const part of ['package.json', 'dist'])
      await cp(join(packages, own, part), join(target, part), { recursive: true })
  }
  for (const other of present) await symlink(join(modules, other), join(folder, 'node_modules', other))
  await writeFile(
    join(folder, 'main.mjs'),
    `import { onnx } from '@lockstep/backend-onnx'
    const engine = process.argv[2]
    await onnx(engine ? { engine } : {}).devices().then((devices) => console.log(devices[0].id), (error) => console.log(error.code, error.message))`,
  )
  return folder
}

async function run(folder: string, ...argv: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['main.mjs', ...argv], { cwd: folder })
  return stdout
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'lockstep-onnx-'))
})
afterAll(() => rm(project, { recursive: true, force: true }))

describe('what is not installed is named, with the command that installs it', () => {
  it('onnxruntime-node', async () => {
    const folder = await install('without-engine', 'koffi', '@koromix', '@bufbuild')
    const expected = /^unavailable .*onnxruntime-node.*npm install --ignore-scripts onnxruntime-node@1\.30\.0/
    expect(await run(folder)).toMatch(expected)
    expect(await run(folder, 'js')).toMatch(expected)
  })

  it('koffi, without which the JavaScript binding serves', async () => {
    const folder = await install('without-koffi', 'onnxruntime-node', 'onnxruntime-common', '@bufbuild')
    expect(await run(folder, 'c-api')).toMatch(/^unavailable .*koffi.*npm install koffi/)
    expect(await run(folder)).toBe('cpu:0\n')
  })
})
