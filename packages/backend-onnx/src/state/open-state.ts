import { type Device, LockstepError, type StateLayout } from '@lockstep/core'
import { blockSize } from '../block-size.ts'
import type { DeviceSession, Engine, Provider, Session, SessionOptions } from '../engine/engine.ts'
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
export async function openState({ layout, engine, device, options, session }: StateRequest): Promise<ReplicaState> {
  const sessions = caches.get(engine) ?? { host: new SessionCache(), device: new SessionCache() }
  caches.set(engine, sessions)
  const lowering = await loweringFor(engine, options, session)
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
    session: { ...session, provider: providerOf(device) },
  })
}

async function loweringFor(engine: Engine, options: OnnxOptions, session: SessionOptions): Promise<LoweringOptions> {
  const block = options.blockedChannels === false ? 0 : await blockSize(engine, session)
  return { fusedMatMul: true, block }
}

function providerOf({ kind }: Device): Provider {
  return { kind, index: 0, options: {} }
}

function keepsNothing({ label }: Engine): LockstepError<'unavailable'> {
  return new LockstepError(
    'unavailable',
    { what: 'state on a device', remedy: "npm install koffi, and onnx({ engine: 'c-api' })" },
    `${label} cannot keep state on a device; ONNX Runtime's C API can, through the package koffi: npm install koffi`,
  )
}
