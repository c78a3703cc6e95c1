import { graph, ops, stateLayout } from '@lockstep/core'
import { expect } from 'vitest'
import { loadEngine } from './engine/load-engine.ts'
import { providerFor } from './engine/provider-for.ts'
import { lower } from './lowering/lower.ts'
import { writeModel } from './lowering/write-model.ts'
import { expectOnlyBatchesCross, expectSameTraining, observedModels } from './observed-training.fixture.ts'
import { onnx } from './onnx.ts'
import { withAdapter } from './webgpu.fixture.ts'

const backend = () => onnx({ device: 'webgpu:0' })

await withAdapter(({ describe, it }) =>
  describe('onnx on webgpu:0', () => {
    it('is listed with what computes on it, and found by its kind', async () => {
      const listed = (await onnx().devices()).find(({ kind }) => kind === 'webgpu')
      expect(listed?.id).toBe('webgpu:0')
      expect(listed?.name).toMatch(/\w/)
      expect(listed?.engine).toMatch(/^ONNX Runtime \d+\.\d+\.\d+ \(C API\), WebGPU$/)
      await using replica = await onnx().open(stateLayout([]), { device: 'webgpu' })
      expect(replica.device).toEqual(listed)
      expect(replica.hostState).toBeUndefined()
    })

    for (const name of observedModels) {
      it(`${name}: a step moves the batch, masks and sums alone`, () => expectOnlyBatchesCross(name, backend()))
      it(`${name}: trains as the processor does`, () => expectSameTraining(name, backend(), onnx(), 2e-6))
    }

    it('replicas run side by side', async () => {
      const layout = stateLayout([['w', [4]]])
      const doubling = graph({ updates: { w: ops.mul(ops.state('w', [4]), 2) } })
      const states = await Promise.all(
        [1, 2, 3].map(async (start) => {
          await using replica = await backend().open(layout)
          await replica.write(new Float32Array(4).fill(start), { start: 0, end: 4 })
          using call = await replica.prepare(doubling)
          call.bind({}, {})
          for (let run = 0; run < 5; run++) await call.run()
          const state = new Float32Array(4)
          await replica.read(state, { start: 0, end: 4 })
          return [...state]
        }),
      )
      expect(states).toEqual([1, 2, 3].map((start) => Array(4).fill(32 * start)))
    })

    it('what would be computed on the processor is refused by name', async () => {
      const model = lower(graph({ outputs: { y: ops.sign(ops.input('x', [3])) } }), { fusedMatMul: false, block: 0 })
      const [device] = (await onnx().devices()).filter(({ kind }) => kind === 'webgpu')
      const options = { threads: 1, optimizationLevel: 'extended', provider: providerFor(device as never, {}) } as const
      const engine = await loadEngine('c-api')
      await expect(engine.loadOnDevice?.(writeModel(model), options)).rejects.toMatchObject({
        code: 'unsupported',
        details: { feature: expect.stringMatching(/^Sign \(.*\)$/), by: 'onnx on webgpu:0' },
        message: expect.stringContaining('no kernel for Sign'),
      })
    })
  }),
)
