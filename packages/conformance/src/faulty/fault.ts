import { reference } from '@lockstep/backend-reference'
import type { Backend, Call, Graph, PrepareOptions, Replica, StateLayout } from '@lockstep/core'
import type { TestId } from '../backend-tests.ts'

/** A backend with one mistake, and tests of the kit that must notice it. */
export interface Fault {
  readonly mistake: string
  readonly backend: () => Backend
  readonly caughtBy: readonly [TestId, ...TestId[]]
}

/** What a mistake replaces; everything else is the reference's. */
export interface Changes {
  readonly backend?: (inner: Backend) => Partial<Backend>
  readonly replica?: (inner: Replica, layout: StateLayout) => Partial<Replica>
  readonly call?: (inner: Call, prepared: Prepared) => Partial<Call>
}

/** What a call was made from. */
export interface Prepared {
  readonly graph: Graph
  readonly options: PrepareOptions
  readonly replica: Replica
  readonly layout: StateLayout
}

/** The reference with parts replaced. */
export function changed({ backend, replica, call }: Changes): Backend {
  const inner = reference()
  const open: Backend['open'] = async (layout, options) => {
    const opened = await inner.open(layout, options)
    return replicaWith(opened, {
      prepare: async (graph, options = {}) => {
        const prepared = await opened.prepare(graph, options)
        return callWith(prepared, call?.(prepared, { graph, options, replica: opened, layout }))
      },
      ...replica?.(opened, layout),
    })
  }
  return { ...inner, open, ...backend?.({ ...inner, open }) }
}

function replicaWith(inner: Replica, changes: Partial<Replica>): Replica {
  return {
    device: inner.device,
    ...(inner.hostState && { hostState: inner.hostState }),
    prepare: (graph, options) => inner.prepare(graph, options),
    read: (into, range) => inner.read(into, range),
    write: (from, range) => inner.write(from, range),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    ...changes,
  }
}

function callWith(inner: Call, changes: Partial<Call> = {}): Call {
  return {
    bind: (inputs, outputs) => inner.bind(inputs, outputs),
    run: () => inner.run(),
    [Symbol.dispose]: () => inner[Symbol.dispose](),
    ...changes,
  }
}
