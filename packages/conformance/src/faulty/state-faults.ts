import { reference } from '@lockstep/backend-reference'
import { type Graph, graph, type Replica, stateEntry, type Tensors } from '@lockstep/core'
import { changed, type Fault } from './fault.ts'

/** Applies one update after the other before it computes the outputs. */
async function writeFirst(
  replica: Replica,
  { updates, outputs }: Graph,
  inputs: Tensors,
  results: Tensors,
): Promise<void> {
  const parts = [...updates].map(([name, node]) => ({ part: graph({ updates: { [name]: node } }), into: {} }))
  const last = { part: graph({ outputs: Object.fromEntries(outputs) }), into: results }
  for (const { part, into } of [...parts, last]) {
    using call = await replica.prepare(part)
    const read = new Set(part.inputs.map(({ attributes }) => attributes.name))
    call.bind(Object.fromEntries(Object.entries(inputs).filter(([name]) => read.has(name))), into)
    await call.run()
  }
}

/** Mistakes about state. */
export const stateFaults: readonly Fault[] = [
  {
    mistake: 'writes before all reads are done',
    backend: () =>
      changed({
        call: (inner, { graph: whole, replica }) => {
          let bound: readonly [Tensors, Tensors] = [{}, {}]
          return {
            bind: (inputs, outputs) => {
              inner.bind(inputs, outputs)
              bound = [inputs, outputs]
            },
            run: () => writeFirst(replica, whole, ...bound),
          }
        },
      }),
    caughtBy: [
      'state: two entries are swapped, since all reads come before all writes',
      'state: outputs and other updates see the old value',
      'state: an update lasts until the next',
    ],
  },
  {
    mistake: 'shares one state between replicas',
    backend: () => {
      const inner = reference()
      const opened = new Map<number, Replica>()
      return {
        ...inner,
        open: async (layout, options) => {
          const replica = opened.get(layout.length) ?? (await inner.open(layout, options))
          opened.set(layout.length, replica)
          return replica
        },
      }
    },
    caughtBy: ['state: two replicas share nothing', 'dispose: a replica leaves the others alone'],
  },
  {
    mistake: 'begins with a state of ones',
    backend: () => {
      const inner = reference()
      return {
        ...inner,
        open: async (layout, options) => {
          const replica = await inner.open(layout, options)
          await replica.write(new Float32Array(layout.length).fill(1))
          return replica
        },
      }
    },
    caughtBy: ['state: starts as zeros'],
  },
  {
    mistake: 'writes over the gap after an entry',
    backend: () =>
      changed({
        call: (inner, { graph: whole, replica, layout }) => ({
          run: async () => {
            await inner.run()
            for (const name of whole.updates.keys()) {
              const { offset, length } = stateEntry(layout, name)
              await replica.write(Float32Array.of(1), { start: offset + length, end: offset + length + 1 })
            }
          },
        }),
      }),
    caughtBy: ['state: entries that are not updated stay, and gaps stay zero'],
  },
  {
    mistake: 'writes a range at the beginning',
    backend: () =>
      changed({
        replica: (inner) => ({
          write: (from, range) => inner.write(from, range && { start: 0, end: range.end - range.start }),
        }),
      }),
    caughtBy: ['state: is written and read in parts'],
  },
  {
    mistake: 'reads and writes whatever fits',
    backend: () =>
      changed({
        replica: (inner) => ({
          read: async (into) => inner.read(into, { start: 0, end: into.length }),
          write: async (from, range) => {
            if (range === undefined || from.length === range.end - range.start) await inner.write(from, range)
          },
        }),
      }),
    caughtBy: ['state: ranges and lengths that do not fit are refused'],
  },
  {
    mistake: 'calls a copy of the state hostState',
    backend: () =>
      changed({
        replica: ({ hostState }) => {
          if (hostState === undefined) return {}
          return { hostState: { memory: hostState.memory, floats: hostState.floats.slice() } }
        },
      }),
    caughtBy: ['state: hostState is the state itself'],
  },
  {
    mistake: 'drops updates of entries that are not read',
    backend: () =>
      changed({
        replica: (inner) => ({
          prepare: (whole, options) => {
            const read = new Set(whole.states.map(({ attributes }) => attributes.name))
            const updates = [...whole.updates].filter(([name]) => read.has(name))
            return inner.prepare({ ...whole, updates: new Map(updates) }, options)
          },
        }),
      }),
    caughtBy: [
      'state: an entry is overwritten without being read',
      'state: updates may be leaves: input, constant, other entry',
    ],
  },
]
