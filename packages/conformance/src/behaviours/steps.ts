import { type Graph, graph, type HostTensor, ops, randomName, type Tensors } from '@lockstep/core'
import { bits, normal } from '../cases/tensor.ts'
import type { Test } from '../op-tests.ts'
import { Random } from '../random.ts'
import { type Context, seedOf } from '../subject.ts'
import { expectEqual, expectError, readEntries, replicaOf, vectors } from './harness.ts'

export type StepsTestId =
  | 'steps: K fused runs equal K single runs bit for bit, or are refused'
  | 'steps: fused runs carry the state on, or are refused'
  | 'steps: fused calls are bound to K times the memory, or are refused'
  | 'steps: a number that is no count is refused'

const count = 5
const entries = { w: [0.5, -0.25, 1, 2], slot: [0, 0, 0, 0] }

/** Momentum on a masked linear model: every kind of input, two entries that depend on one another, two outputs. */
function step(): Graph {
  const [w, slot] = [ops.state('w', [4]), ops.state('slot', [4])]
  const x = ops.input('x', [3, 4])
  const mask = ops.random('bernoulli', [3, 4], { stream: 1 })
  const label = ops.input('label', [3], 'int32')
  const y = ops.reduceSum(ops.mul(ops.select(mask, x, 0), w), { axes: [1] })
  const error = ops.sub(y, ops.cast(label, 'float32'))
  const gradient = ops.reduceSum(ops.mul(ops.reshape(error, [3, 1]), x), { axes: [0] })
  const next = ops.add(ops.mul(slot, 0.9), gradient)
  return graph({
    updates: { slot: next, w: ops.sub(w, ops.mul(next, 0.01)) },
    outputs: { y, wrong: ops.less(0.5, ops.abs(error)) },
  })
}

const mask = randomName(step().randoms[0] as never)

function inputs(context: Context): Record<string, HostTensor> {
  const random = new Random(`${seedOf(context)}/steps`)
  return {
    x: Float32Array.from(normal(random, [count * 12]).values),
    label: Int32Array.from({ length: count * 3 }, () => random.integer(-2, 2)),
    [mask]: Uint8Array.from(bits(random, [count * 12]).values),
  }
}

const outputs = (steps: number): { y: Float32Array; wrong: Uint8Array } => ({
  y: new Float32Array(steps * 3),
  wrong: new Uint8Array(steps * 3),
})

interface Trace {
  readonly y: readonly number[]
  readonly wrong: readonly number[]
  readonly state: Readonly<Record<string, number[]>>
}

async function fused(context: Context, fed: Tensors): Promise<Trace> {
  await using replica = await replicaOf(context, entries)
  using call = await replica.prepare(step(), { steps: count })
  const { y, wrong } = outputs(count)
  call.bind(fed, { y, wrong })
  await call.run()
  return { y: [...y], wrong: [...wrong], state: await readEntries(replica, vectors(entries)) }
}

async function single(context: Context, fed: Tensors): Promise<Trace> {
  await using replica = await replicaOf(context, entries)
  using call = await replica.prepare(step())
  const memory = Object.fromEntries(Object.entries(fed).map(([name, all]) => [name, all.slice(0, all.length / count)]))
  const { y, wrong } = outputs(1)
  call.bind(memory, { y, wrong })
  const trace = { y: [] as number[], wrong: [] as number[] }
  for (let run = 0; run < count; run++) {
    for (const [name, part] of Object.entries(memory))
      part.set((fed[name] as HostTensor).subarray(run * part.length, (run + 1) * part.length))
    await call.run()
    trace.y.push(...y)
    trace.wrong.push(...wrong)
  }
  return { ...trace, state: await readEntries(replica, vectors(entries)) }
}

/** Runs the test where fused steps are declared, and otherwise expects their refusal. */
const declared =
  (test: Test): Test =>
  async (context) => {
    if (context.backend.capabilities.fusedSteps) return test(context)
    await using replica = await replicaOf(context, entries)
    await expectError('unsupported', () => replica.prepare(step(), { steps: count }))
  }

/** Several runs in one, where the backend says it can. */
export const stepsTests: Readonly<Record<StepsTestId, Test>> = {
  'steps: K fused runs equal K single runs bit for bit, or are refused': declared(async (context) => {
    const fed = inputs(context)
    const [all, each] = [await fused(context, fed), await single(context, fed)]
    expectEqual('y', all.y, each.y)
    expectEqual('wrong', all.wrong, each.wrong)
    expectEqual('w', all.state['w'], each.state['w'] as number[])
    expectEqual('slot', all.state['slot'], each.state['slot'] as number[])
  }),
  'steps: fused runs carry the state on, or are refused': declared(async (context) => {
    await using replica = await replicaOf(context, { x: [1] })
    const x = ops.state('x', [1])
    using call = await replica.prepare(graph({ updates: { x: ops.mul(x, 2) }, outputs: { x } }), { steps: 4 })
    const seen = new Float32Array(4)
    call.bind({}, { x: seen })
    await call.run()
    expectEqual('outputs', seen, [1, 2, 4, 8])
    await call.run()
    expectEqual('outputs of the next run', seen, [16, 32, 64, 128])
  }),
  'steps: fused calls are bound to K times the memory, or are refused': declared(async (context) => {
    await using replica = await replicaOf(context, entries)
    using call = await replica.prepare(step(), { steps: count })
    const fed = inputs(context)
    await expectError('invalid-argument', () => call.bind(fed, outputs(1)))
    await expectError('invalid-argument', () => call.bind({ ...fed, x: new Float32Array(12) }, outputs(count)))
    call.bind(fed, outputs(count))
  }),
  'steps: a number that is no count is refused': declared(async (context) => {
    await using replica = await replicaOf(context, entries)
    for (const steps of [0, -1, 1.5, Number.NaN])
      await expectError('invalid-argument', () => replica.prepare(step(), { steps }))
  }),
}
