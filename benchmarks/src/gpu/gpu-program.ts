/** Does one task of the GPU benchmark, given as JSON, and prints its answer as the last line; see gpu-protocol.ts. */
import { onnx } from '@lockstep/backend-onnx'
import { runConformance } from './conformance-task.ts'
import type { Answers, GpuTask } from './gpu-protocol.ts'
import { firstLosses, measureSpeed } from './training-tasks.ts'

function perform(task: GpuTask): Promise<Answers[GpuTask['kind']]> {
  switch (task.kind) {
    case 'devices':
      return onnx()
        .devices()
        .then((devices) => ({ devices }))
    case 'conformance':
      return runConformance(task)
    case 'losses':
      return firstLosses(task)
    case 'speed':
      return measureSpeed(task)
  }
}

const answer = await perform(JSON.parse(process.argv[2] as string) as GpuTask)
console.log(JSON.stringify({ ok: true, answer }))
// A driver's threads must not keep the process.
process.exit()
