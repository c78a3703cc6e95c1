import { onnx } from '@lockstep/backend-onnx'
import {
  backendTests,
  graphUpdates,
  type Runner,
  type Subject,
  trainingTests,
  updateTests,
} from '@lockstep/conformance'
import { stateLayout } from '@lockstep/core'
import type { ConformanceAnswer, GpuTask } from './gpu-protocol.ts'

/** Runs the kits of backends on a device, one test after the other, without a test runner. */
export async function runConformance({
  device,
  only,
}: Extract<GpuTask, { kind: 'conformance' }>): Promise<ConformanceAnswer> {
  const started = performance.now()
  const tests: { readonly name: string; readonly test: () => Promise<void> }[] = []
  const runner: Runner = {
    describe: (_, define) => define(),
    it: (name, test) => tests.push({ name, test }),
  }
  const subject: Subject = { name: `onnx on ${device}`, backend: () => onnx({ device }) }
  backendTests(subject, runner)
  trainingTests(subject, runner)
  updateTests(graphUpdates(subject), runner)
  const chosen = tests.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)))
  // With its last session ONNX Runtime forgets the shaders that it has compiled for WebGPU.
  await using _kept = await subject.backend().open(stateLayout([]))
  const failures: { test: string; reason: string }[] = []
  for (const { name, test } of chosen) {
    try {
      await test()
    } catch (error) {
      failures.push({ test: name, reason: error instanceof Error ? error.message : String(error) })
      console.error(`failed: ${name}: ${failures.at(-1)?.reason}`)
    }
  }
  return { passed: chosen.length - failures.length, failures, seconds: (performance.now() - started) / 1000 }
}
