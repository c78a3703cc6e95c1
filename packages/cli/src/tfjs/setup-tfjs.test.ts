import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockstep, start, temporaryFolder } from '../run/cli.fixture.ts'
import { fillFrom, packTensorflow } from './engine.fixture.ts'
import { packageIndex } from './package-index.fixture.ts'

const setup = ['setup', 'tfjs']

describe.skipIf(process.platform !== 'linux')('setup tfjs', () => {
  test('installs from a folder, says so, finds what it installed, and deletes it', async () => {
    const { from, cache, env } = await prepare()
    const first = await lockstep([...setup, '--from', from], env)
    expect(first.stderr).toMatch(/TensorFlow 2\.21\.0 is ready for tfjs-node 4\.22\.0: .*cpu \(/)
    expect(first.code).toBe(0)
    expect(await manifest(cache)).toMatchObject({ tfjs: '4.22.0', tensorflow: '2.21.0', source: 'wheel' })
    expect(await readdir(join(cache, 'tfjs'))).toEqual(['cpu'])
    expect(await readdir(join(cache, 'tfjs', 'cpu', 'node_modules', '@tensorflow', 'tfjs-node'))).not.toContain(
      'index.js.map',
    )

    const again = await lockstep(setup, env)
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('is installed already and works') })

    const removed = await lockstep([...setup, '--remove'], env)
    expect(removed).toMatchObject({ code: 0, stderr: expect.stringMatching(/^deleted .*cpu \(\d+/) })
    expect(await readdir(cache)).toEqual([])
    const nothing = await lockstep([...setup, '--remove'], env)
    expect(nothing).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing to delete') })
  })

  test('takes from a wheel what is needed and nothing else', async () => {
    const { from, cache, env } = await prepare()
    await packTensorflow(from, from)
    await rm(join(from, 'tensorflow'), { recursive: true })
    const { code, stderr } = await lockstep([...setup, '--from', from], env)
    expect(stderr).toContain('✔ TensorFlow 2.21.0, unpacked')
    expect(code).toBe(0)
    const site = await readdir(join(cache, 'tfjs', 'cpu', 'site'), { recursive: true })
    expect(site.sort()).toEqual([
      'tensorflow',
      'tensorflow/libtensorflow_cc.so.2',
      'tensorflow/libtensorflow_framework.so.2',
      'tensorflow_cpu-2.21.0.dist-info',
      'tensorflow_cpu-2.21.0.dist-info/METADATA',
    ])
  })

  test('refuses a damaged wheel and leaves nothing behind', async () => {
    const { from, cache, env } = await prepare()
    await packTensorflow(from, from, { damage: true })
    await rm(join(from, 'tensorflow'), { recursive: true })
    const { code, stderr } = await lockstep([...setup, '--from', from], env)
    expect(stderr).toMatch(/lockstep: the wheel .* is damaged \(tensorflow\/libtensorflow_cc\.so\.2 has SHA-256/)
    expect(code).toBe(1)
    expect(await readdir(join(cache, 'tfjs'))).toEqual([])
  })

  test('the folder may be moved; an installation that is broken is replaced', async () => {
    const { from, cache, env } = await prepare()
    await lockstep([...setup, '--from', from], env)
    const moved = `${cache}-moved`
    await rename(cache, moved)
    const found = await lockstep(setup, { ...env, LOCKSTEP_CACHE_DIR: moved })
    expect(found).toMatchObject({ code: 0, stderr: expect.stringContaining('is installed already and works') })

    await rm(join(moved, 'tfjs', 'cpu', 'site'), { recursive: true })
    const mended = await lockstep([...setup, '--from', from], { ...env, LOCKSTEP_CACHE_DIR: moved })
    expect(mended.stderr).toContain('What is installed does not work and is replaced')
    expect(mended.code).toBe(0)
    await rm(moved, { recursive: true })
  })

  test('from the network: what the installer fails to download, pip does; then --source decides', async () => {
    const { from, cache, env } = await prepare()
    const index = await packageIndex()
    const path = await temporaryFolder()
    // npm with another registry: what it installs is the folder, and scripts fail.
    await program(path, 'npm', `[ "$1" = rebuild ] && exit 7\ncp -r ${from}/node_modules .`)
    const network = {
      ...env,
      npm_execpath: '',
      PATH: `${path}:${process.env['PATH']}`,
      TFJS_NODE_BASE_URI: index.url,
      PIP_INDEX_URL: `${index.url}simple`,
    }
    const { code, stderr } = await lockstep(setup, network)
    expect(stderr).toContain("✔ The download of tfjs-node's own installer answers")
    expect(stderr).toMatch(/That did not work \(.*own installer failed \(exit code 7\).*\); on with the wheel/)
    expect(stderr).toMatch(/✔ tensorflow-cpu 2\.21\.0 through pip, \d+ kB/)
    expect(code).toBe(0)
    expect(await readdir(join(cache, 'tfjs'))).toEqual(['cpu'])

    const installer = await lockstep([...setup, '--source', 'installer'], network)
    expect(installer.stderr).toContain('holds tfjs-node 4.22.0 with TensorFlow 2.21.0 (wheel); it is replaced')
    expect(installer.stderr).toContain('use `lockstep setup tfjs --source wheel`')
    expect(installer.code).toBe(1)
    expect(await manifest(cache)).toMatchObject({ source: 'wheel' })
  })

  test('says what a folder lacks, and the commands that fill it', async () => {
    const { env } = await prepare()
    const empty = await temporaryFolder()
    const { code, stderr } = await lockstep([...setup, '--from', empty], env)
    expect(stderr).toContain('does not hold node_modules/@tensorflow/tfjs-node and a tensorflow-cpu 2.21.0 wheel')
    expect(stderr).toContain(`pip download --no-deps --dest ${empty} tensorflow-cpu==2.21.0`)
    expect(stderr).not.toContain('    at ')
    expect(code).toBe(1)
  })

  test('says what to install where there is no compiler, and where there is no Python', async () => {
    const { env } = await prepare()
    const path = await temporaryFolder()
    const source = [...setup, '--source', 'wheel']
    const bare = await lockstep(source, { ...env, PATH: path, CXX: '' })
    expect(bare).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no C\+\+ compiler here \(tried g\+\+, clang/),
    })

    await program(path, 'g++', 'exit 0')
    const withCompiler = await lockstep(source, { ...env, PATH: path, CXX: '' })
    expect(withCompiler).toMatchObject({ code: 1, stderr: expect.stringContaining('tried `python3 -m pip`') })
    const named = await lockstep([...source, '--python', join(path, 'none')], { ...env, PATH: path, CXX: '' })
    expect(named).toMatchObject({ code: 1, stderr: expect.stringContaining(`none -m pip\`)`) })
  })

  test('prints what the compiler says when it fails', async () => {
    const { from, cache, env } = await prepare()
    await writeFile(join(from, 'node_modules/@tensorflow/tfjs-node/binding/tfjs_backend.cc'), '#error planted')
    const { code, stderr } = await lockstep([...setup, '--from', from], env)
    expect(stderr).toMatch(/g\+\+ could not compile the binding to TensorFlow \(exit code 1\)[\s\S]*#error planted/)
    expect(code).toBe(1)
    expect(await readdir(join(cache, 'tfjs'))).toEqual([])
  })

  test('an engine that computes wrong is not installed', async () => {
    const { from, cache, env } = await prepare()
    const index = join(from, 'node_modules/@tensorflow/tfjs-node/index.js')
    await writeFile(index, (await readFile(index, 'utf8')).replace('50]', '51]'))
    const { code, stderr } = await lockstep([...setup, '--from', from], env)
    expect(stderr).toContain('a product is 19 22 43 51; expected 19 22 43 50')
    expect(code).toBe(1)
    expect(await readdir(join(cache, 'tfjs'))).toEqual([])
  })

  test('interrupted, it leaves nothing half-made; killed, the next run sweeps', async () => {
    const { from, cache, env } = await prepare()
    const compiler = await program(await temporaryFolder(), 'slow', '[ "$1" = --version ] || sleep 20')
    const slow = { ...env, CXX: compiler }
    for (const [signal, left] of [
      ['SIGINT', 0],
      ['SIGKILL', 1],
    ] as const) {
      const running = start([...setup, '--from', from], slow)
      await expect.poll(running.printed, { timeout: 60_000 }).toContain('compiled by')
      running.kill(signal)
      const { code, stderr } = await running.ended
      if (signal === 'SIGINT')
        expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('interrupted') })
      expect(await readdir(join(cache, 'tfjs'))).toHaveLength(left)
    }
    expect((await lockstep([...setup, '--from', from], env)).code).toBe(0)
    expect(await readdir(join(cache, 'tfjs'))).toEqual(['cpu'])
  })
})

async function prepare(): Promise<{ from: string; cache: string; env: Record<string, string> }> {
  const from = await fillFrom(await temporaryFolder())
  const cache = join(await temporaryFolder(), 'cache')
  await mkdir(cache)
  return { from, cache, env: { LOCKSTEP_CACHE_DIR: cache } }
}

async function manifest(cache: string): Promise<unknown> {
  return JSON.parse(await readFile(join(cache, 'tfjs', 'cpu', 'lockstep.json'), 'utf8'))
}

/** A program of one line in a folder, found by its name when the folder is on the PATH. */
async function program(folder: string, name: string, script: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}
