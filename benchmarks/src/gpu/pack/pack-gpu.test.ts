import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { packFolder } from './pack-gpu.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-pack-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('parts may be carried one after the other; run.sh checks them, unpacks them and runs', () => {
  const stage = join(folder, 'stage')
  // A program that says what it is asked to run, in the place of Node.
  const node = join(stage, 'bin', 'node')
  mkdirSync(dirname(node), { recursive: true })
  mkdirSync(join(stage, 'wheels'))
  writeFileSync(node, '#!/bin/sh\necho "node $*"\n')
  chmodSync(node, 0o755)
  writeFileSync(join(stage, 'noise'), randomBytes(1.5 * 2 ** 20))
  const out = join(folder, 'out')
  mkdirSync(out)
  const [first = '', second = '', ...others] = packFolder(stage, out, 1)
  expect(others).toEqual([])

  const home = join(folder, 'home')
  const run = (...args: string[]) => {
    const env = { ...process.env, LOCKSTEP_GPU_HOME: home, PYTHON: '/a/python' }
    return spawnSync('sh', [join(out, 'run.sh'), ...args], { env, encoding: 'utf8' })
  }
  const elsewhere = join(folder, 'second')
  renameSync(second, elsewhere)
  expect(run('keep').stdout).toContain('lockstep-gpu.part-00')
  const early = run()
  expect(early.stderr).toContain(`parts are missing or damaged in ${home}/parts`)
  expect(early.status).toBe(1)

  renameSync(elsewhere, second)
  rmSync(first)
  const { stdout, status } = run('--device', 'cuda:0')
  const app = join(home, 'app')
  expect(stdout.split('\n').filter((line) => line.startsWith('node '))).toEqual([
    `node ${app}/node_modules/@lockstep/cli/bin/lockstep.js setup cuda --from ${app}/wheels --python /a/python`,
    `node ${app}/node_modules/@lockstep/cli/bin/lockstep.js doctor --only onnx`,
    `node ${app}/benchmarks/dist/gpu/gpu-packed.js --python /a/python --device cuda:0`,
  ])
  expect(status).toBe(0)
})
