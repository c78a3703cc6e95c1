import type { Runner, Subject } from '@lockstep/conformance'
import { stateLayout } from '@lockstep/core'
import { afterAll, describe, it as vitestIt } from 'vitest'
import { onnx } from './onnx.ts'
import { useSwiftShader } from './swiftshader.fixture.ts'

/** A processor that plays GPU compiles shaders for seconds. */
const patienceMs = 300_000

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
    if (present) await keepShaders()
    define({ describe, it: (name, test) => vitestIt(name, test, patienceMs) })
    return
  }
  console.warn('SKIPPED: there is no adapter of WebGPU here; LOCKSTEP_REQUIRE_ENGINES=webgpu makes that a failure')
  describe.skip('onnx on webgpu:0', () => define({ describe, it: (name, test) => vitestIt(name, test) }))
}

/** With its last session ONNX Runtime gives up the device and every shader that it has compiled: one stays open. */
async function keepShaders(): Promise<void> {
  const replica = await webgpu.backend().open(stateLayout([]))
  afterAll(() => replica[Symbol.asyncDispose]())
}
