import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { slimWheels } from './slim-wheel.ts'

const folder = mkdtempSync(join(tmpdir(), 'lockstep-slim-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('packs the provider and what PyTorch does not bring, and names what is not there', async () => {
  const cuda = join(folder, 'cuda')
  const provider = [
    'lockstep.json',
    'onnxruntime_gpu-1.2.3.dist-info/METADATA',
    'onnxruntime/capi/libonnxruntime_providers_cuda.so',
    'onnxruntime/capi/libonnxruntime_providers_shared.so',
  ]
  const others = ['nvidia_curand-10.0.dist-info/METADATA', 'nvidia/cu13/lib/libcurand.so.10']
  write(cuda, provider)
  await expect(slimWheels(join(folder, 'none'), cuda)).rejects.toThrow(
    `${cuda} does not hold nvidia_curand, which is to be packed; run npx lockstep setup cuda first`,
  )
  write(cuda, others)
  const wheels = await slimWheels(join(folder, 'wheels'), cuda)
  expect(wheels.map((path) => basename(path).split('-py3')[0])).toEqual(['onnxruntime_gpu-1.2.3', 'nvidia_curand-10.0'])
})

function write(to: string, names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(to, name)), { recursive: true })
    writeFileSync(join(to, name), name)
  }
}
