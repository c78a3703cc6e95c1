import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { gpuModels } from './gpu-models.ts'
import { parseGpuOptions } from './gpu-options.ts'
import { gpuReport } from './gpu-report.ts'
import type { GpuReport } from './gpu-run.ts'
import { stageGpu } from './pack/stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-gpu-'))
afterAll(() => rmSync(folder, { recursive: true }))

// The processor plays GPU, and a program that is no Python plays PyTorch.
const tiny = ['--device', 'cpu:0', '--model', 'mlp', '--samples', '64', '--batch-size', '16', '--epochs', '1']

describe('the GPU benchmark', { timeout: 300_000 }, () => {
  it('runs from what is packed; a part that fails is reported and stops no other', async () => {
    await stageGpu(folder, { node: 'none', cuda: false })
    expect(existsSync(join(folder, 'node_modules', '@lockstep', 'core', 'src'))).toBe(false)
    const json = join(folder, 'report.json')
    const options = [...tiny, '--steps', '2', '--test', 'matmul', '--python', '/bin/false', '--json', json]
    const program = join(folder, 'benchmarks', 'dist', 'gpu', 'gpu-packed.js')
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...options])
    const report = JSON.parse(readFileSync(json, 'utf8')) as GpuReport
    expect(report.conformance).toMatchObject([{ device: 'cpu:0', outcome: { ok: true, answer: { failures: [] } } }])
    expect(report.losses).toMatchObject([{ model: 'mnist_mlp', outcome: { ok: true, answer: { difference: 0 } } }])
    expect(report.speed).toMatchObject([
      { contestant: 'Lockstep', outcome: { ok: true, answer: { steps: 4, parameters: 669_706 } } },
      { contestant: 'PyTorch eager', outcome: { ok: false, reason: 'it ended with 1' } },
      { contestant: 'torch.compile', outcome: { ok: false } },
    ])
    expect(stdout.trim()).toBe(gpuReport(report).trim())
    expect(stdout).toMatch(/^\| mnist_mlp, cpu:0 \| Lockstep \| \d+\.\d\d s \| [\d.]+ ms \| 1 \| [\d.]+ s \|/m)
    expect(stdout).toMatch(/^- cpu:0: \d+ passed, 0 failed/m)
  })

  it('has a larger CNN of 10 to 20 million parameters', async () => {
    const weights = gpuModels.resnet.make().getWeights()
    const count = (await weights).reduce((sum, { length }) => sum + length, 0)
    // PyTorch counts 11 173 962; ours are with the running statistics, 9600 numbers.
    expect(count).toBe(11_173_962 + 9600)
  })

  it('refuses what it does not know', () => {
    expect(parseGpuOptions(['--help'])).toBeUndefined()
    expect(() => parseGpuOptions(['--part', 'sped'])).toThrow('--part is sped; expected conformance, losses, speed')
    expect(() => parseGpuOptions(['--epochs', '0'])).toThrow('--epochs is 0; expected a whole number from 1')
    expect(() => parseGpuOptions(['--epoch', '1'])).toThrow(/Unknown option '--epoch'/)
  })
})
