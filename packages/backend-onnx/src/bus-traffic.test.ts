import { stateLayout } from '@lockstep/core'
import { expect, test } from 'vitest'
import { busTraffic } from './bus-traffic.ts'
import { expectOnlyBatchesCross, expectSameTraining } from './observed-training.fixture.ts'
import { onnx } from './onnx.ts'

test('a step moves the batch, masks of a byte each, and scalars to the device, and sums back: nothing else', () =>
  expectOnlyBatchesCross(onnx({ residency: 'device' })))

test('training with resident state gives what training on the host gives', () =>
  expectSameTraining(onnx({ residency: 'device' }), onnx(), 5))

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
