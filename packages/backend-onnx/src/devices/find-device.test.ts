import { stateLayout } from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { loadEngine } from '../engine/load-engine.ts'
import { onnx } from '../onnx.ts'
import { findDevice } from './find-device.ts'
import { takeInventory } from './list-devices.ts'
import { probeGpus } from './probe-gpus.ts'

describe('devices', () => {
  it('begin with the processor; GPUs are looked for once', async () => {
    const [first] = await onnx().devices()
    expect(first?.id).toBe('cpu:0')
    expect(probeGpus()).toBe(probeGpus())
  })

  it('each kind that is absent has a reason and a remedy', async () => {
    const { devices, absent } = await takeInventory(await loadEngine('c-api'))
    for (const kind of ['webgpu', 'cuda'] as const) {
      if (devices.some((device) => device.kind === kind)) continue
      expect(absent[kind]?.reason, kind).toMatch(/\w/)
      expect(absent[kind]?.remedy, kind).toMatch(/install|setup/)
    }
  })

  it('of the JavaScript binding are the processor alone, which says why', async () => {
    const engine = await loadEngine('js')
    expect((await takeInventory(engine)).devices.map(({ id }) => id)).toEqual(['cpu:0'])
    await expect(findDevice(engine, 'webgpu:0')).rejects.toMatchObject({
      code: 'unavailable',
      details: { what: 'device webgpu:0', remedy: expect.stringContaining('koffi') },
    })
  })
})

describe('a device that is not there', () => {
  it('is refused with those that are, the reason, and what mends it', async () => {
    const layout = stateLayout([])
    await expect(onnx().open(layout, { device: 'cuda:63' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/no device "cuda:63" here.*; there is cpu:0/),
    })
    await expect(onnx({ device: 'cpu:7' }).open(layout)).rejects.toMatchObject({
      details: { remedy: expect.stringMatching(/^use one of cpu:0/) },
    })
  })

  it('cannot be the default of a backend if it is no device at all', () => {
    expect(() => onnx({ device: 'gpu' })).toThrow(/device is gpu; expected an id such as cpu:0, webgpu:0 or cuda:1/)
  })
})
