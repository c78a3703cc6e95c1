import { stateLayout } from '@lockstep/core'
import { expect, test } from 'vitest'
import { busTraffic } from './bus-traffic.ts'
import { expectOnlyBatchesCross, expectSameTraining, observedModels } from './observed-training.fixture.ts'
import { onnx } from './onnx.ts'

const resident = onnx({ residency: 'device' })

test.each(observedModels)(
  '%s: a step moves the batch, masks of a byte each, and scalars to the device, and sums back',
  (name) => expectOnlyBatchesCross(name, resident),
)

test.each(observedModels)('%s: training with resident state gives what training on the host gives', (name) =>
  expectSameTraining(name, resident, onnx(), 1e-6),
)

test('what is read and written is counted; on host memory nothing is', async () => {
  const layout = stateLayout([
    ['a', [3]],
    ['b', [20]],
  ])
  await using host = await onnx().open(layout)
  expect(busTraffic(host)).toBeUndefined()
  await using device = await onnx({ residency: 'device' }).open(layout)
  expect(busTraffic(device)).toMatchObject({ bytesToDevice: 4 * 23, bytesFromDevice: 0, copies: 2 })
  await device.write(new Float32Array(20), { start: 16, end: 36 })
  await device.read(new Float32Array(layout.length))
  expect(busTraffic(device)).toMatchObject({ bytesToDevice: 4 * 43, bytesFromDevice: 4 * 23, copies: 5 })
})
