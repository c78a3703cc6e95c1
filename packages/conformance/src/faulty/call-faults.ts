import { type Call, type HostTensor, type Replica, randomName, type Tensors } from '@lockstep/core'
import { changed, type Fault } from './fault.ts'

const copies = (tensors: Tensors): Record<string, HostTensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.slice()]))

const only = (tensors: Tensors, names: Iterable<string>): Tensors => {
  const known = new Set(names)
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => known.has(name)))
}

/** Each tensor's part that belongs to one of several steps. */
const part = (tensors: Tensors, step: number, steps: number): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const length = tensor.length / steps
      return [name, tensor.subarray(step * length, (step + 1) * length)]
    }),
  )

/** Mistakes about bindings, runs, fused steps and disposal. */
export const callFaults: readonly Fault[] = [
  {
    mistake: 'accepts extra inputs and outputs',
    backend: () =>
      changed({
        call: (inner, { graph }) => ({
          bind: (inputs, outputs) => {
            const names = [...graph.inputs.map(({ attributes }) => attributes.name), ...graph.randoms.map(randomName)]
            inner.bind(only(inputs, names), only(outputs, graph.outputs.keys()))
          },
        }),
      }),
    caughtBy: ['bind: an extra input is refused', 'bind: an extra output is refused'],
  },
  {
    mistake: 'accepts longer inputs and other types',
    backend: () =>
      changed({
        call: (inner, { graph }) => ({
          bind: (inputs, outputs) => {
            const fitting = graph.inputs.flatMap(({ attributes: { name }, dtype, shape }) => {
              const given = inputs[name]
              const length = shape.reduce((product, extent) => product * extent, 1)
              if (given === undefined) return []
              return [[name, dtype === 'int32' ? Int32Array.from(given) : given.subarray(0, length)]]
            })
            inner.bind({ ...inputs, ...Object.fromEntries(fitting) }, outputs)
          },
        }),
      }),
    caughtBy: ['bind: a wrong length is refused', 'bind: a wrong type is refused'],
  },
  {
    mistake: 'copies the inputs when they are bound',
    backend: () => changed({ call: (inner) => ({ bind: (inputs, outputs) => inner.bind(copies(inputs), outputs) }) }),
    caughtBy: [
      'call: reads its inputs anew in every run',
      'steps: K fused runs equal K single runs bit for bit, or are refused',
    ],
  },
  {
    mistake: 'writes to the memory that was bound first',
    backend: () =>
      changed({
        call: (inner) => {
          let first: Tensors | undefined
          return {
            bind: (inputs, outputs) => {
              inner.bind(inputs, first ?? outputs)
              first ??= outputs
            },
          }
        },
      }),
    caughtBy: ['call: a new binding replaces the old'],
  },
  {
    mistake: 'ignores where in its buffer an output begins',
    backend: () =>
      changed({
        call: (inner) => ({
          bind: (inputs, outputs) => {
            const moved = Object.entries(outputs).map(([name, tensor]) => [
              name,
              new (tensor.constructor as Float32ArrayConstructor)(tensor.buffer, 0, tensor.length),
            ])
            inner.bind(inputs, Object.fromEntries(moved))
          },
        }),
      }),
    caughtBy: ['call: memory may be part of a larger array', 'call: outputs may lie in shared memory where state does'],
  },
  {
    mistake: 'hands out one call for one graph',
    backend: () =>
      changed({
        replica: (inner) => {
          const calls = new Map<string, Promise<Call>>()
          return {
            prepare: (graph, options) => {
              const call = calls.get(graph.hash) ?? inner.prepare(graph, options)
              calls.set(graph.hash, call)
              return call
            },
          }
        },
      }),
    caughtBy: [
      'call: one graph prepared twice is bound twice',
      'dispose: a call leaves the other calls of its graph alone',
    ],
  },
  {
    mistake: 'draws random inputs itself',
    backend: () =>
      changed({
        call: (inner, { graph }) => ({
          bind: (inputs, outputs) => {
            const drawn = graph.randoms.map((node) => [randomName(node), inputs[randomName(node)]?.slice().fill(1)])
            inner.bind({ ...inputs, ...Object.fromEntries(drawn) }, outputs)
          },
        }),
      }),
    caughtBy: ['call: random inputs are bound, not drawn', 'random: uniform (forward)'],
  },
  {
    mistake: 'runs before it is bound, as if nothing were to be done',
    backend: () =>
      changed({
        call: (inner) => ({
          run: () =>
            inner.run().catch((error) => {
              if (error.code !== 'invalid-state') throw error
            }),
        }),
      }),
    caughtBy: ['run: before bind is refused', 'run: during another run is refused'],
  },
  {
    mistake: 'loses the state after fused steps',
    backend: () =>
      changed({
        call: (inner, { options, replica, layout }) => {
          if (options.steps === undefined) return {}
          return {
            run: async () => {
              const before = new Float32Array(layout.length)
              await replica.read(before)
              await inner.run()
              await replica.write(before)
            },
          }
        },
      }),
    caughtBy: [
      'steps: K fused runs equal K single runs bit for bit, or are refused',
      'steps: fused runs carry the state on, or are refused',
    ],
  },
  {
    mistake: 'starts every fused step from the same state',
    backend: () =>
      changed({
        call: (inner, { options: { steps = 1 }, replica, graph, layout }) => {
          let bound: readonly [Tensors, Tensors] = [{}, {}]
          return {
            bind: (inputs, outputs) => {
              inner.bind(inputs, outputs)
              bound = [inputs, outputs]
            },
            run: async () => {
              const before = new Float32Array(layout.length)
              await replica.read(before)
              for (let step = 0; step < steps; step++) {
                await replica.write(before)
                using single = await replica.prepare(graph)
                single.bind(part(bound[0], step, steps), part(bound[1], step, steps))
                await single.run()
              }
            },
          }
        },
      }),
    caughtBy: [
      'steps: K fused runs equal K single runs bit for bit, or are refused',
      'steps: fused runs carry the state on, or are refused',
    ],
  },
  {
    mistake: 'takes fused steps without declaring them',
    backend: () => changed({ backend: () => ({ capabilities: { fusedSteps: false } }) }),
    caughtBy: ['steps: fused runs carry the state on, or are refused'],
  },
  {
    mistake: 'does one step where several are asked for',
    backend: () =>
      changed({
        replica: (inner: Replica) => ({ prepare: (graph) => inner.prepare(graph) }),
      }),
    caughtBy: ['steps: fused calls are bound to K times the memory, or are refused'],
  },
  {
    mistake: 'forgets to dispose',
    backend: () =>
      changed({
        call: () => ({ [Symbol.dispose]: () => {} }),
        replica: () => ({ [Symbol.asyncDispose]: async () => {} }),
      }),
    caughtBy: [
      'dispose: a call refuses everything afterwards',
      'dispose: a replica refuses everything afterwards',
      'dispose: a replica takes its calls with it',
    ],
  },
  {
    mistake: 'throws when it is disposed again',
    backend: () =>
      changed({
        call: (inner) => {
          let disposed = false
          return {
            [Symbol.dispose]: () => {
              if (disposed) throw new Error('freed twice')
              disposed = true
              inner[Symbol.dispose]()
            },
          }
        },
      }),
    caughtBy: ['dispose: a call, twice'],
  },
  {
    mistake: 'falls back to the device it has',
    backend: () => changed({ backend: (inner) => ({ open: (layout) => inner.open(layout) }) }),
    caughtBy: ['devices: an unknown one is refused, naming those that there are'],
  },
]
