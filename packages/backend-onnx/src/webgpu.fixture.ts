import type { Runner, Subject, Waiver } from '@lockstep/conformance'
import { describe, it as vitestIt } from 'vitest'
import { onnx } from './onnx.ts'
import { useSwiftShader } from './swiftshader.fixture.ts'

/** A processor that plays GPU compiles shaders for seconds. */
const patienceMs = 300_000

const infinite = 'WGSL lets implementations assume that there are neither infinities nor NaN'

/** What WebGPU cannot do. */
export const waivers: readonly Waiver[] = [
  { test: 'exp: edges (forward)', reason: infinite },
  { test: 'log: edges (forward)', reason: infinite },
  { test: 'sigmoid: edges (forward)', reason: infinite },
]

/** The kits' subject: WebGPU on whatever Vulkan finds, in models that are loaded too. */
export const webgpu: Subject = { name: 'onnx on webgpu:0', backend: () => onnx({ device: 'webgpu:0' }) }

/**
 * Defines tests that need an adapter of WebGPU. Without one they fail where `LOCKSTEP_REQUIRE_ENGINES` names `webgpu`, and
 * are skipped, aloud, elsewhere.
 */
export async function withAdapter(define: (runner: Runner) => void): Promise<void> {
  await useSwiftShader()
  const present = (await onnx().devices()).some(({ id }) => id === 'webgpu:0')
  const required = process.env['LOCKSTEP_REQUIRE_ENGINES']?.split(',').includes('webgpu') ?? false
  if (present || required) {
    define({ describe, it: (name, test) => vitestIt(name, test, patienceMs) })
    return
  }
  console.warn('SKIPPED: there is no adapter of WebGPU here; LOCKSTEP_REQUIRE_ENGINES=webgpu makes that a failure')
  describe.skip('onnx on webgpu:0', () => define({ describe, it: (name, test) => vitestIt(name, test) }))
}

/**
 * As {@link withAdapter}, for tests that take minutes on a processor that plays GPU: only where `LOCKSTEP_SLOW_TESTS` is set.
 */
export async function withAdapterAndPatience(define: (runner: Runner) => void): Promise<void> {
  if (process.env['LOCKSTEP_SLOW_TESTS']) return withAdapter(define)
  describe.skip('onnx on webgpu:0', () => define({ describe, it: (name, test) => vitestIt(name, test) }))
}

/** The runner that leaves out all tests but those whose names fit. */
export function only(runner: Runner, fits: (name: string) => boolean): Runner {
  return { ...runner, it: (name, test) => (fits(name) ? runner.it(name, test) : undefined) }
}
