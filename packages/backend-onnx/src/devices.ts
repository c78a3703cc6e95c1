import { cpus, totalmem } from 'node:os'
import { type Device, LockstepError } from '@lockstep/core'
import type { Engine } from './engine/engine.ts'

/** The devices that graphs can run on here. */
export function listDevices({ label }: Engine): readonly Device[] {
  const name = cpus()[0]?.model ?? 'CPU'
  return [{ id: 'cpu:0', kind: 'cpu', name, engine: label, memoryBytes: totalmem(), isolation: 'none' }]
}

/** The device of that id, or the first of that kind; by default the first of all. */
export function findDevice(devices: readonly Device[], wanted?: string): Device {
  const found = devices.find(({ id, kind }) => wanted === undefined || wanted === id || wanted === kind)
  if (found !== undefined) return found
  const known = devices.map(({ id }) => id).join(', ')
  throw new LockstepError(
    'unavailable',
    { what: `device ${wanted}`, remedy: `use one of ${known}` },
    `onnx: there is no device ${JSON.stringify(wanted)} here; there is ${known}`,
  )
}
