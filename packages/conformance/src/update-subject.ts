import {
  allocateArena,
  type HostUpdateOptions,
  hostUpdate,
  hyperparameterInput,
  type StateLayout,
  type Tensors,
  type UpdatePlan,
  type UpdateScalars,
  updateGraph,
  updateInputs,
} from '@lockstep/core'
import { contextOf, openReplica, type Subject } from './subject.ts'

/** What applies updates to state: a backend running update graphs, or the host's compiled pass. */
export interface UpdateSubject {
  readonly name: string
  open(plan: UpdatePlan, layout: StateLayout): Promise<UpdateSession>
}

/** State that a plan updates. */
export interface UpdateSession extends AsyncDisposable {
  write(state: Float32Array): Promise<void>
  read(): Promise<Float32Array>
  update(scalars: UpdateScalars): Promise<void>
}

/** Updates as graphs on the subject's device. */
export function graphUpdates(subject: Subject): UpdateSubject {
  return {
    name: `update graphs on ${subject.name}`,
    open: async (plan, layout) => {
      const replica = await openReplica(contextOf(subject), layout)
      const graph = updateGraph(plan)
      const call = await replica.prepare(graph)
      const inputs: Record<string, Float32Array> = {}
      for (const { attributes } of graph.inputs) inputs[attributes.name] = new Float32Array(1)
      call.bind(inputs satisfies Tensors, {})
      return {
        write: (state) => replica.write(state),
        read: async () => {
          const state = new Float32Array(layout.length)
          await replica.read(state)
          return state
        },
        update: async (scalars) => {
          for (const [name, value] of Object.entries(inputValues(scalars))) inputs[name]?.fill(value)
          await call.run()
        },
        [Symbol.asyncDispose]: async () => {
          call[Symbol.dispose]()
          await replica[Symbol.asyncDispose]()
        },
      }
    },
  }
}

/** Updates on the host, in a memory shared with other threads or not, with vector instructions or without. */
export function hostUpdates({ shared, ...options }: HostUpdateOptions & { readonly shared?: boolean }): UpdateSubject {
  return {
    name: `the update on the host${options.simd ? '' : ' without vectors'}${shared ? ' in shared memory' : ''}`,
    open: async (plan, layout) => {
      const arena = allocateArena(layout.length, { shared: shared ?? false })
      const update = hostUpdate(arena, layout, plan, options)
      return {
        write: async (state) => arena.floats.set(state),
        read: async () => arena.floats.slice(0, layout.length),
        update: async (scalars) => update(scalars),
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
  }
}

/** Scalars by the names of an update graph's inputs. */
export function inputValues({ denominator, sampleCount, hyperparameters }: UpdateScalars): Record<string, number> {
  const named = Object.entries(hyperparameters).map(([name, value]) => [hyperparameterInput(name), value])
  return {
    ...Object.fromEntries(named),
    [updateInputs.denominator]: denominator,
    [updateInputs.sampleCount]: sampleCount,
  }
}
