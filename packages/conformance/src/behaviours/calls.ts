import { type Graph, graph, ops, randomName, stateLayout } from '@lockstep/core'
import type { Test } from '../op-tests.ts'
import { openReplica } from '../subject.ts'
import { compute, expectEqual, expectError, replicaOf, vector } from './harness.ts'

export type CallTestId =
  | 'call: reads its inputs anew in every run'
  | 'call: one graph prepared twice is bound twice'
  | 'call: a new binding replaces the old'
  | 'call: a refused binding leaves the old one'
  | 'call: the bound record may be changed afterwards'
  | 'call: memory may be part of a larger array'
  | 'call: outputs may lie in shared memory where state does'
  | 'call: all dtypes go in and out'
  | 'call: is bound while another runs'
  | 'call: random inputs are bound, not drawn'
  | 'call: an input that no result needs is none'
  | 'call: a graph may have updates alone'
  | 'call: many graphs live side by side'
  | 'bind: a missing input is refused'
  | 'bind: a missing random input is refused'
  | 'bind: a missing output is refused'
  | 'bind: an extra input is refused'
  | 'bind: an extra output is refused'
  | 'bind: a wrong length is refused'
  | 'bind: a wrong type is refused'
  | 'run: before bind is refused'
  | 'run: during another run is refused'

const empty = stateLayout([])

/** y = 2·x with a mask, as small as a graph with every kind of input can be. */
function sum(): Graph {
  const mask = ops.random('bernoulli', [2], { stream: 4 })
  const x = ops.input('x', [2])
  const at = ops.input('at', [2], 'int32')
  return graph({ outputs: { y: ops.select(mask, ops.add(x, ops.cast(at, 'float32')), 0) } })
}

const fed = (): Record<string, Float32Array | Int32Array | Uint8Array> => ({
  x: Float32Array.of(1, 2),
  at: Int32Array.of(10, 20),
  [randomName(sum().randoms[0] as never)]: Uint8Array.of(1, 1),
})

const doubled = (): Graph => graph({ outputs: { y: ops.mul(ops.input('x', [3]), 2) } })

const refused =
  (change: (inputs: ReturnType<typeof fed>, outputs: ReturnType<typeof fed>) => void, name: string): Test =>
  async (context) => {
    await using replica = await openReplica(context, empty)
    using call = await replica.prepare(sum())
    const [inputs, outputs] = [fed(), { y: new Float32Array(2) }]
    change(inputs, outputs)
    const message = await expectError('invalid-argument', () => call.bind(inputs, outputs))
    if (!message.includes(name)) throw new Error(`the message does not name '${name}': ${message}`)
    await expectError('invalid-state', () => call.run())
  }

/** What a call promises about its bindings. */
export const callTests: Readonly<Record<CallTestId, Test>> = {
  'call: reads its inputs anew in every run': async (context) => {
    await using replica = await openReplica(context, empty)
    using call = await replica.prepare(doubled())
    const [x, y] = [Float32Array.of(1, 2, 3), new Float32Array(3)]
    call.bind({ x }, { y })
    await call.run()
    expectEqual('first run', y, [2, 4, 6])
    x.set([5, 6, 7])
    await call.run()
    expectEqual('second run', y, [10, 12, 14])
  },
  'call: one graph prepared twice is bound twice': async (context) => {
    await using replica = await openReplica(context, empty)
    using first = await replica.prepare(doubled())
    using second = await replica.prepare(doubled())
    const outputs = [new Float32Array(3), new Float32Array(3)] as const
    first.bind({ x: Float32Array.of(1, 2, 3) }, { y: outputs[0] })
    second.bind({ x: Float32Array.of(4, 5, 6) }, { y: outputs[1] })
    await first.run()
    expectEqual('output of the second call', outputs[1], [0, 0, 0])
    await second.run()
    expectEqual('output of the first call', outputs[0], [2, 4, 6])
    expectEqual('output of the second call', outputs[1], [8, 10, 12])
  },
  'call: a new binding replaces the old': async (context) => {
    await using replica = await openReplica(context, empty)
    using call = await replica.prepare(doubled())
    const [before, after] = [new Float32Array(3), new Float32Array(3)]
    call.bind({ x: Float32Array.of(1, 2, 3) }, { y: before })
    await call.run()
    call.bind({ x: Float32Array.of(4, 5, 6) }, { y: after })
    await call.run()
    expectEqual('old memory', before, [2, 4, 6])
    expectEqual('new memory', after, [8, 10, 12])
  },
  'call: a refused binding leaves the old one': async (context) => {
    await using replica = await openReplica(context, empty)
    using call = await replica.prepare(doubled())
    const y = new Float32Array(3)
    call.bind({ x: Float32Array.of(1, 2, 3) }, { y })
    await expectError('invalid-argument', () => call.bind({ x: Float32Array.of(7, 8, 9) }, {}))
    await call.run()
    expectEqual('y', y, [2, 4, 6])
  },
  'call: the bound record may be changed afterwards': async (context) => {
    await using replica = await openReplica(context, empty)
    using call = await replica.prepare(doubled())
    const [y, inputs] = [new Float32Array(3), { x: Float32Array.of(1, 2, 3) }]
    call.bind(inputs, { y })
    inputs.x = Float32Array.of(7, 8, 9)
    await call.run()
    expectEqual('y', y, [2, 4, 6])
  },
  'call: memory may be part of a larger array': async (context) => {
    await using replica = await openReplica(context, empty)
    using call = await replica.prepare(doubled())
    const [x, y] = [Float32Array.of(9, 9, 9, 1, 2, 3, 9), new Float32Array(5).fill(8)]
    call.bind({ x: x.subarray(3, 6) }, { y: y.subarray(1, 4) })
    await call.run()
    expectEqual('the larger array', y, [8, 2, 4, 6, 8])
  },
  'call: outputs may lie in shared memory where state does': async (context) => {
    await using replica = await replicaOf(context, { w: [1, 2, 3] })
    if (!(replica.hostState?.floats.buffer instanceof SharedArrayBuffer)) return
    using call = await replica.prepare(graph({ outputs: { y: ops.mul(vector('w', 3), ops.input('x', [3])) } }))
    const shared = new SharedArrayBuffer(64)
    const [x, y] = [new Float32Array(shared, 0, 3), new Float32Array(shared, 32, 3)]
    x.set([2, 3, 4])
    call.bind({ x }, { y })
    await call.run()
    expectEqual('y', y, [2, 6, 12])
  },
  'call: all dtypes go in and out': async (context) => {
    await using replica = await openReplica(context, empty)
    const [i, b] = [ops.input('i', [2], 'int32'), ops.input('b', [2], 'bool')]
    const outputs = { i: ops.neg(i), b: ops.select(b, ops.less(i, 0), b), f: ops.cast(b, 'float32') }
    const results = await compute(replica, graph({ outputs }), { i: Int32Array.of(-5, 5), b: Uint8Array.of(1, 0) })
    expectEqual('i', results['i'], [5, -5])
    expectEqual('b', results['b'], [1, 0])
    expectEqual('f', results['f'], [1, 0])
  },
  'call: is bound while another runs': async (context) => {
    await using replica = await replicaOf(context, { w: [1, 2, 3] })
    using first = await replica.prepare(graph({ updates: { w: ops.mul(vector('w', 3), 10) } }))
    using second = await replica.prepare(doubled())
    first.bind({}, {})
    const y = new Float32Array(3)
    const running = first.run()
    second.bind({ x: Float32Array.of(1, 2, 3) }, { y })
    await running
    await second.run()
    expectEqual('y', y, [2, 4, 6])
  },
  'call: random inputs are bound, not drawn': async (context) => {
    await using replica = await openReplica(context, empty)
    const noise = ops.random('normal', [4], { stream: 0 })
    const results = graph({ outputs: { y: ops.mul(noise, 2) } })
    const name = randomName(results.randoms[0] as never)
    for (const values of [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]) {
      const { y } = await compute(replica, results, { [name]: Float32Array.from(values) })
      expectEqual(
        'y',
        y,
        values.map((value) => 2 * value),
      )
    }
  },
  'call: an input that no result needs is none': async (context) => {
    await using replica = await openReplica(context, empty)
    const unused = ops.mul(ops.input('unused', [2]), 2)
    const results = graph({ outputs: { y: ops.add(ops.input('x', [2]), unused.shape.length) } })
    const { y } = await compute(replica, results, { x: Float32Array.of(1, 2) })
    expectEqual('y', y, [2, 3])
  },
  'call: a graph may have updates alone': async (context) => {
    await using replica = await replicaOf(context, { w: [1, 2] })
    await compute(replica, graph({ updates: { w: ops.mul(vector('w', 2), 3) } }))
    const w = new Float32Array(2)
    await replica.read(w, { start: 0, end: 2 })
    expectEqual('w', w, [3, 6])
  },
  'call: many graphs live side by side': async (context) => {
    await using replica = await openReplica(context, empty)
    const x = Float32Array.of(1, 2)
    const bound = await Promise.all(
      Array.from({ length: 8 }, async (_, power) => {
        const call = await replica.prepare(graph({ outputs: { y: ops.mul(ops.input('x', [2]), 2 ** power) } }))
        const y = new Float32Array(2)
        call.bind({ x }, { y })
        return { call, y }
      }),
    )
    for (const { call } of bound) await call.run()
    for (const [power, { call, y }] of bound.entries()) {
      expectEqual(`call ${power}`, y, [2 ** power, 2 ** (power + 1)])
      call[Symbol.dispose]()
    }
  },
  'bind: a missing input is refused': refused((inputs) => delete inputs['x'], 'x'),
  'bind: a missing random input is refused': refused((inputs) => delete inputs['random/4'], 'random/4'),
  'bind: a missing output is refused': refused((_, outputs) => delete outputs['y'], 'y'),
  'bind: an extra input is refused': refused((inputs) => {
    inputs['other'] = new Float32Array(1)
  }, 'other'),
  'bind: an extra output is refused': refused((_, outputs) => {
    outputs['other'] = new Float32Array(1)
  }, 'other'),
  'bind: a wrong length is refused': refused((inputs) => {
    inputs['x'] = new Float32Array(3)
  }, 'x'),
  'bind: a wrong type is refused': refused((inputs) => {
    inputs['at'] = new Float32Array(2)
  }, 'at'),
  'run: before bind is refused': async (context) => {
    await using replica = await openReplica(context, empty)
    using call = await replica.prepare(doubled())
    await expectError('invalid-state', () => call.run())
  },
  'run: during another run is refused': async (context) => {
    await using replica = await replicaOf(context, { w: [1, 2] })
    const w = vector('w', 2)
    using first = await replica.prepare(graph({ updates: { w: ops.mul(w, 3) } }))
    using second = await replica.prepare(graph({ outputs: { w } }))
    const out = new Float32Array(2)
    first.bind({}, {})
    second.bind({}, { w: out })
    const running = first.run()
    const others = [second.run(), first.run()].map((other) => expectError('invalid-state', () => other))
    await Promise.all([running, ...others])
    await second.run()
    expectEqual('w', out, [3, 6])
  },
}
