import { type Call, graph, ops, type Replica } from '@lockstep/core'
import type { Test } from '../op-tests.ts'
import { type Context, openReplica } from '../subject.ts'
import { compute, expectEqual, expectError, replicaOf, vector, vectors } from './harness.ts'

export type LifetimeTestId =
  | 'devices: there is one, with an id of its own and a kind'
  | 'devices: every one opens by its id, and the first of a kind by the kind'
  | 'devices: an unknown one is refused, naming those that there are'
  | 'descriptor: is plain data'
  | 'dispose: a call, twice'
  | 'dispose: a replica, twice'
  | 'dispose: a call refuses everything afterwards'
  | 'dispose: a replica refuses everything afterwards'
  | 'dispose: a replica takes its calls with it'
  | 'dispose: a call leaves the other calls of its graph alone'
  | 'dispose: a replica leaves the others alone'

const entries = { w: [1, 2] }
const doubled = (): ReturnType<typeof graph> => graph({ outputs: { y: ops.mul(vector('w', 2), 2) } })

async function withCall(context: Context): Promise<{ replica: Replica; call: Call; y: Float32Array }> {
  const replica = await replicaOf(context, entries)
  const call = await replica.prepare(doubled())
  const y = new Float32Array(2)
  call.bind({}, { y })
  await call.run()
  return { replica, call, y }
}

/** Devices, and what is left after disposal. */
export const lifetimeTests: Readonly<Record<LifetimeTestId, Test>> = {
  'devices: there is one, with an id of its own and a kind': async ({ backend }) => {
    const devices = await backend.devices()
    if (devices.length === 0) throw new Error('the backend has no device')
    if (new Set(devices.map(({ id }) => id)).size !== devices.length) throw new Error('two devices have one id')
    for (const { id, kind } of devices) {
      if (!/^(cpu|cuda|webgpu):\d+$/.test(id) || !id.startsWith(`${kind}:`)) throw new Error(`id ${id} of kind ${kind}`)
    }
  },
  'devices: every one opens by its id, and the first of a kind by the kind': async ({ backend }) => {
    const devices = await backend.devices()
    for (const { id, kind } of devices) {
      await using byId = await backend.open(vectors(entries), { device: id })
      await using byKind = await backend.open(vectors(entries), { device: kind })
      if (byId.device.id !== id) throw new Error(`asked for ${id}, got ${byId.device.id}`)
      const first = devices.find((device) => device.kind === kind)
      if (byKind.device.id !== first?.id) throw new Error(`asked for ${kind}, got ${byKind.device.id}`)
    }
  },
  'devices: an unknown one is refused, naming those that there are': async ({ backend }) => {
    const devices = await backend.devices()
    for (const device of ['cpu:99', 'abacus']) {
      const message = await expectError('unavailable', () => backend.open(vectors(entries), { device }))
      for (const { id } of devices) if (!message.includes(id)) throw new Error(`${id} is not in: ${message}`)
    }
  },
  'descriptor: is plain data': async ({ backend }) => {
    const { descriptor } = backend
    const copy = JSON.stringify(JSON.parse(JSON.stringify(descriptor)))
    if (copy !== JSON.stringify(structuredClone(descriptor))) throw new Error(`does not survive copying: ${copy}`)
    if (descriptor.module === '' || descriptor.factory === '') throw new Error('names no module or factory')
  },
  'dispose: a call, twice': async (context) => {
    const { replica, call } = await withCall(context)
    await using _ = replica
    call[Symbol.dispose]()
    call[Symbol.dispose]()
  },
  'dispose: a replica, twice': async (context) => {
    const { replica } = await withCall(context)
    await replica[Symbol.asyncDispose]()
    await replica[Symbol.asyncDispose]()
  },
  'dispose: a call refuses everything afterwards': async (context) => {
    const { replica, call, y } = await withCall(context)
    await using _ = replica
    call[Symbol.dispose]()
    await expectError('disposed', () => call.run())
    await expectError('disposed', () => call.bind({}, { y }))
  },
  'dispose: a replica refuses everything afterwards': async (context) => {
    const { replica } = await withCall(context)
    await replica[Symbol.asyncDispose]()
    await expectError('disposed', () => replica.prepare(doubled()))
    await expectError('disposed', () => replica.read(new Float32Array(16)))
    await expectError('disposed', () => replica.write(new Float32Array(16)))
  },
  'dispose: a replica takes its calls with it': async (context) => {
    const { replica, call, y } = await withCall(context)
    await replica[Symbol.asyncDispose]()
    y.fill(0)
    await expectError('disposed', () => call.run())
    expectEqual('output', y, [0, 0])
  },
  'dispose: a call leaves the other calls of its graph alone': async (context) => {
    const { replica, call } = await withCall(context)
    await using _ = replica
    using other = await replica.prepare(doubled())
    const y = new Float32Array(2)
    other.bind({}, { y })
    call[Symbol.dispose]()
    await other.run()
    expectEqual('y', y, [2, 4])
    expectEqual('a third call', (await compute(replica, doubled()))['y'], [2, 4])
  },
  'dispose: a replica leaves the others alone': async (context) => {
    const { replica } = await withCall(context)
    await using other = await replicaOf(context, entries)
    await replica[Symbol.asyncDispose]()
    expectEqual('y', (await compute(other, doubled()))['y'], [2, 4])
    await using third = await openReplica(context, vectors(entries))
    expectEqual('y of a third', (await compute(third, doubled()))['y'], [0, 0])
  },
}
