import { type Device, LockstepError } from '@lockstep/core'
import type { Engine } from '../engine/engine.ts'
import { processor, takeInventory } from './list-devices.ts'

/** The device of that id, or the first of that kind; by default the processor, for which no GPU is looked for. */
export async function findDevice(engine: Engine, wanted = 'cpu:0'): Promise<Device> {
  const own = processor(engine)
  if (wanted === own.id || wanted === own.kind) return own
  const { devices, absent } = await takeInventory(engine)
  const found = devices.find(({ id, kind }) => wanted === id || wanted === kind)
  if (found !== undefined) return found
  const known = devices.map(({ id }) => id).join(', ')
  const why = absent[wanted.split(':')[0] as Device['kind']]
  throw new LockstepError(
    'unavailable',
    { what: `device ${wanted}`, remedy: why?.remedy ?? `use one of ${known}` },
    `onnx: there is no device ${JSON.stringify(wanted)} here${why === undefined ? '' : ` (${why.reason})`}; there is ${known}`,
  )
}
