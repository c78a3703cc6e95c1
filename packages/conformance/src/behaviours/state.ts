import { graph, ops, stateLayout } from '@lockstep/core'
import type { Test } from '../op-tests.ts'
import { openReplica } from '../subject.ts'
import { compute, expectEqual, expectError, readEntries, replicaOf, vector, vectors } from './harness.ts'

export type StateTestId =
  | 'state: starts as zeros'
  | 'state: is written and read whole'
  | 'state: is written and read in parts'
  | 'state: ranges and lengths that do not fit are refused'
  | 'state: an update lasts until the next'
  | 'state: two entries are swapped, since all reads come before all writes'
  | 'state: outputs and other updates see the old value'
  | 'state: entries that are not updated stay, and gaps stay zero'
  | 'state: an entry is overwritten without being read'
  | 'state: updates may be leaves: input, constant, other entry'
  | 'state: one value is several updates and outputs'
  | 'state: an entry is updated to itself'
  | 'state: two replicas share nothing'
  | 'state: two models share nothing'
  | 'state: calls of one replica share it'
  | 'state: calls of different batch sizes share it'
  | 'state: hostState is the state itself'
  | 'state: an empty layout is a layout'
  | 'state: an entry that the layout lacks is refused'
  | 'state: an entry of another shape is refused'

const counter = (): ReturnType<typeof graph> => {
  const x = vector('x', 3)
  return graph({ updates: { x: ops.add(x, 1) }, outputs: { old: x } })
}

/** What a replica promises about its state. */
export const stateTests: Readonly<Record<StateTestId, Test>> = {
  'state: starts as zeros': async (context) => {
    const layout = stateLayout([
      ['a', [3]],
      ['b', [20]],
    ])
    await using replica = await openReplica(context, layout)
    const into = new Float32Array(layout.length).fill(7)
    await replica.read(into)
    expectEqual('state', into, [...new Float32Array(layout.length)])
  },
  'state: is written and read whole': async (context) => {
    const entries = { a: [1, 2, 3], b: [4, 5] }
    await using replica = await replicaOf(context, entries)
    const { a, b } = await readEntries(replica, vectors(entries))
    expectEqual('a', a, entries.a)
    expectEqual('b', b, entries.b)
  },
  'state: is written and read in parts': async (context) => {
    await using replica = await replicaOf(context, { a: [1, 2, 3, 4], b: [5, 6, 7] })
    await replica.write(Float32Array.of(20, 30), { start: 1, end: 3 })
    await replica.write(Float32Array.of(60), { start: 17, end: 18 })
    await replica.write(new Float32Array(0), { start: 2, end: 2 })
    const into = new Float32Array(3)
    await replica.read(into, { start: 2, end: 5 })
    expectEqual('part of a and of the gap', into, [30, 4, 0])
    const all = new Float32Array(32)
    await replica.read(all)
    expectEqual('a', all.subarray(0, 4), [1, 20, 30, 4])
    expectEqual('b', all.subarray(16, 19), [5, 60, 7])
  },
  'state: ranges and lengths that do not fit are refused': async (context) => {
    await using replica = await replicaOf(context, { a: [1, 2, 3, 4] })
    const short = new Float32Array(4)
    await expectError('invalid-argument', () => replica.read(short))
    await expectError('invalid-argument', () => replica.write(short))
    await expectError('invalid-argument', () => replica.read(short, { start: 0, end: 3 }))
    await expectError('invalid-argument', () => replica.write(short, { start: 14, end: 18 }))
    await expectError('invalid-argument', () => replica.write(short, { start: -4, end: 0 }))
    const { a } = await readEntries(replica, vectors({ a: [1, 2, 3, 4] }))
    expectEqual('a', a, [1, 2, 3, 4])
  },
  'state: an update lasts until the next': async (context) => {
    await using replica = await replicaOf(context, { x: [1, 2, 3] })
    using call = await replica.prepare(counter())
    const old = new Float32Array(3)
    call.bind({}, { old })
    for (let run = 0; run < 3; run++) await call.run()
    expectEqual('output of the third run', old, [3, 4, 5])
    await replica.write(Float32Array.of(10, 20, 30), { start: 0, end: 3 })
    await call.run()
    expectEqual('output after a write', old, [10, 20, 30])
    expectEqual('state', (await readEntries(replica, vectors({ x: [0, 0, 0] })))['x'], [11, 21, 31])
  },
  'state: two entries are swapped, since all reads come before all writes': async (context) => {
    const entries = { a: [1, 2], b: [3, 4], c: [5, 6] }
    await using replica = await replicaOf(context, entries)
    const [a, b, c] = [vector('a', 2), vector('b', 2), vector('c', 2)]
    await compute(replica, graph({ updates: { a: b, b: c, c: ops.add(a, 0) } }))
    const after = await readEntries(replica, vectors(entries))
    expectEqual('a', after['a'], [3, 4])
    expectEqual('b', after['b'], [5, 6])
    expectEqual('c', after['c'], [1, 2])
  },
  'state: outputs and other updates see the old value': async (context) => {
    const entries = { x: [1, 2], y: [0, 0] }
    await using replica = await replicaOf(context, entries)
    const x = vector('x', 2)
    const results = graph({
      updates: { x: ops.mul(x, 10), y: ops.add(x, 0.5) },
      outputs: { before: x, twice: ops.mul(x, 2) },
    })
    const { before, twice } = await compute(replica, results)
    expectEqual('before', before, [1, 2])
    expectEqual('twice', twice, [2, 4])
    const after = await readEntries(replica, vectors(entries))
    expectEqual('x', after['x'], [10, 20])
    expectEqual('y', after['y'], [1.5, 2.5])
  },
  'state: entries that are not updated stay, and gaps stay zero': async (context) => {
    await using replica = await replicaOf(context, { a: [1], x: [1, 2, 3], b: [4, 5, 6] })
    await compute(replica, counter())
    const all = new Float32Array(48)
    await replica.read(all)
    const expected = new Float32Array(48)
    expected.set([1], 0)
    expected.set([2, 3, 4], 16)
    expected.set([4, 5, 6], 32)
    expectEqual('arena', all, [...expected])
  },
  'state: an entry is overwritten without being read': async (context) => {
    const entries = { x: [1, 2], y: [3, 4] }
    await using replica = await replicaOf(context, entries)
    await compute(replica, graph({ updates: { x: ops.mul(vector('y', 2), 2) } }))
    const after = await readEntries(replica, vectors(entries))
    expectEqual('x', after['x'], [6, 8])
    expectEqual('y', after['y'], [3, 4])
  },
  'state: updates may be leaves: input, constant, other entry': async (context) => {
    const entries = { a: [0, 0], b: [0, 0], c: [0, 0], d: [7, 8] }
    await using replica = await replicaOf(context, entries)
    const updates = { a: ops.input('x', [2]), b: ops.constant([5, 6], [2]), c: vector('d', 2) }
    await compute(replica, graph({ updates }), { x: Float32Array.of(1, 2) })
    const after = await readEntries(replica, vectors(entries))
    expectEqual('a', after['a'], [1, 2])
    expectEqual('b', after['b'], [5, 6])
    expectEqual('c', after['c'], [7, 8])
  },
  'state: one value is several updates and outputs': async (context) => {
    const entries = { x: [1, 2], y: [0, 0] }
    await using replica = await replicaOf(context, entries)
    const next = ops.add(vector('x', 2), 1)
    const results = graph({ updates: { x: next, y: next }, outputs: { first: next, second: next } })
    const { first, second } = await compute(replica, results)
    const after = await readEntries(replica, vectors(entries))
    for (const values of [first, second, after['x'], after['y']]) expectEqual('value', values, [2, 3])
  },
  'state: an entry is updated to itself': async (context) => {
    await using replica = await replicaOf(context, { x: [1, 2, 3] })
    const x = vector('x', 3)
    const { y } = await compute(replica, graph({ updates: { x }, outputs: { y: ops.neg(x) } }))
    expectEqual('y', y, [-1, -2, -3])
    expectEqual('x', (await readEntries(replica, vectors({ x: [1, 2, 3] })))['x'], [1, 2, 3])
  },
  'state: two replicas share nothing': async (context) => {
    await using one = await replicaOf(context, { x: [1, 2, 3] })
    await using two = await replicaOf(context, { x: [10, 20, 30] })
    await compute(one, counter())
    const { old } = await compute(two, counter())
    expectEqual('output of the second', old, [10, 20, 30])
    expectEqual('state of the first', (await readEntries(one, vectors({ x: [0, 0, 0] })))['x'], [2, 3, 4])
  },
  'state: two models share nothing': async (context) => {
    const [small, large] = [{ x: [1, 2, 3] }, { before: [9, 9], x: [4, 5, 6] }]
    await using one = await replicaOf(context, small)
    await using two = await replicaOf(context, large)
    const results = [await compute(one, counter()), await compute(two, counter())]
    expectEqual('output of the first', results[0]?.['old'], [1, 2, 3])
    expectEqual('output of the second', results[1]?.['old'], [4, 5, 6])
    expectEqual('x of the first', (await readEntries(one, vectors(small)))['x'], [2, 3, 4])
    const after = await readEntries(two, vectors(large))
    expectEqual('x of the second', after['x'], [5, 6, 7])
    expectEqual('the rest of the second', after['before'], [9, 9])
  },
  'state: calls of one replica share it': async (context) => {
    await using replica = await replicaOf(context, { x: [1, 2, 3] })
    using first = await replica.prepare(counter())
    using second = await replica.prepare(graph({ outputs: { y: ops.mul(vector('x', 3), 100) } }))
    const y = new Float32Array(3)
    first.bind({}, { old: new Float32Array(3) })
    second.bind({}, { y })
    for (const call of [first, second, first, first, second]) await call.run()
    expectEqual('y', y, [400, 500, 600])
  },
  'state: calls of different batch sizes share it': async (context) => {
    await using replica = await replicaOf(context, { w: [1, 1, 1] })
    const step = (samples: number): ReturnType<typeof graph> => {
      const w = vector('w', 3)
      return graph({ updates: { w: ops.add(w, ops.reduceSum(ops.input('x', [samples, 3]), { axes: [0] })) } })
    }
    await compute(replica, step(4), { x: new Float32Array(12).fill(1) })
    await compute(replica, step(1), { x: Float32Array.of(10, 20, 30) })
    expectEqual('w', (await readEntries(replica, vectors({ w: [0, 0, 0] })))['w'], [15, 25, 35])
  },
  'state: hostState is the state itself': async (context) => {
    await using replica = await replicaOf(context, { a: [0], x: [1, 2, 3] })
    const { hostState } = replica
    if (hostState === undefined) return
    expectEqual('host state', hostState.floats.subarray(16, 19), [1, 2, 3])
    hostState.floats.set([7, 8, 9], 16)
    const { old } = await compute(replica, counter())
    expectEqual('output', old, [7, 8, 9])
    expectEqual('host state after a run', hostState.floats.subarray(16, 19), [8, 9, 10])
    if (hostState.floats.buffer !== hostState.memory.buffer) throw new Error('floats is no view of memory')
  },
  'state: an empty layout is a layout': async (context) => {
    await using replica = await openReplica(context, stateLayout([]))
    await replica.write(new Float32Array(0))
    const { y } = await compute(replica, graph({ outputs: { y: ops.mul(ops.input('x', [2]), 2) } }), {
      x: Float32Array.of(1, 2),
    })
    expectEqual('y', y, [2, 4])
  },
  'state: an entry that the layout lacks is refused': async (context) => {
    await using replica = await replicaOf(context, { x: [1, 2, 3] })
    const reads = graph({ outputs: { y: vector('z', 3) } })
    const writes = graph({ updates: { z: vector('x', 3) } })
    for (const wrong of [reads, writes]) {
      const message = await expectError('unknown-name', () => replica.prepare(wrong))
      if (!message.includes('z')) throw new Error(`the message does not name the entry: ${message}`)
    }
  },
  'state: an entry of another shape is refused': async (context) => {
    await using replica = await replicaOf(context, { x: [1, 2, 3] })
    await expectError('shape-mismatch', () => replica.prepare(graph({ outputs: { y: vector('x', 4) } })))
    await expectError('shape-mismatch', () => replica.prepare(graph({ updates: { x: ops.constant([1, 2], [2]) } })))
  },
}
