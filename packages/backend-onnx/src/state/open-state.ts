import { type Device, LockstepError, type StateLayout } from '@lockstep/core'
import { blockSize } from '../block-size.ts'
import type { DeviceSession, Engine, Session, SessionOptions } from '../engine/engine.ts'
import { providerFor } from '../engine/provider-for.ts'
import { providerTraits } from '../engine/provider-traits.ts'
import type { LoweringOptions } from '../lowering/lowering.ts'
import type { OnnxOptions } from '../options.ts'
import { SessionCache } from '../session-cache.ts'
import { DeviceState } from './device-state.ts'
import { HostState } from './host-state.ts'
import type { ReplicaState } from './replica-state.ts'

export interface StateRequest {
  readonly layout: StateLayout
  readonly engine: Engine
  readonly device: Device
  readonly options: OnnxOptions
  readonly session: SessionOptions
}

interface Caches {
  readonly host: SessionCache<Session>
  readonly device: SessionCache<DeviceSession>
}

const caches = new WeakMap<Engine, Caches>()

/** A new state, all zeros, in the memory of the device; for the processor that is the host's unless the options say otherwise. */
export async function openState(request: StateRequest): Promise<ReplicaState> {
  const { layout, engine, device, options, session } = request
  const sessions = caches.get(engine) ?? { host: new SessionCache(), device: new SessionCache() }
  caches.set(engine, sessions)
  const lowering = await loweringFor(request)
  if (device.kind === 'cpu' && options.residency !== 'device') {
    return new HostState({ layout, engine, sessions: sessions.host, lowering, session })
  }
  const { loadOnDevice } = engine
  if (loadOnDevice === undefined) throw keepsNothing(engine)
  return DeviceState.open({
    layout,
    load: (model, given) => loadOnDevice.call(engine, model, given),
    sessions: sessions.device,
    lowering,
    session: { ...session, provider: providerFor(device, options) },
  })
}

/** What the lowering may use on that device. */
async function loweringFor({ engine, device, options, session }: StateRequest): Promise<LoweringOptions> {
  const { blockedChannels, fusedMatMul, lacks } = providerTraits[device.kind]
  const block = blockedChannels && options.blockedChannels !== false ? await blockSize(engine, session) : 0
  return { fusedMatMul, block, lacks }
}

function keepsNothing({ label }: Engine): LockstepError<'unavailable'> {
  return new LockstepError(
    'unavailable',
    { what: 'state on a device', remedy: "npm install koffi, and onnx({ engine: 'c-api' })" },
    `${label} cannot keep state on a device; ONNX Runtime's C API can, through the package koffi: npm install koffi`,
  )
}
