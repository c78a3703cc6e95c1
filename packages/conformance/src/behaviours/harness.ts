import {
  type ErrorCode,
  type Graph,
  type HostTensor,
  isLockstepError,
  type Node,
  ops,
  type Replica,
  type Shape,
  type StateLayout,
  stateLayout,
  type Tensors,
} from '@lockstep/core'
import { allocate } from '../sample-graph.ts'
import { type Context, openReplica } from '../subject.ts'

/** Prepares a graph, binds the inputs and memory of its own for the outputs, runs it once and hands out the outputs. */
export async function compute(
  replica: Replica,
  graph: Graph,
  inputs: Tensors = {},
): Promise<Record<string, HostTensor>> {
  using call = await replica.prepare(graph)
  const outputs = allocate(graph.outputs)
  call.bind(inputs, outputs)
  await call.run()
  return outputs
}

/** A fresh replica whose entries have these shapes and first values. */
export async function replicaOf(
  context: Context,
  entries: Readonly<Record<string, readonly number[]>>,
): Promise<Replica> {
  const layout = vectors(entries)
  const replica = await openReplica(context, layout)
  const arena = new Float32Array(layout.length)
  for (const { name, offset } of layout.entries.values()) arena.set(entries[name] as readonly number[], offset)
  await replica.write(arena)
  return replica
}

/** A layout of vectors as long as the given ones. */
export function vectors(entries: Readonly<Record<string, readonly number[]>>): StateLayout {
  return stateLayout(Object.entries(entries).map(([name, { length }]): [string, Shape] => [name, [length]]))
}

/** The entries' values, in the order of the layout. */
export async function readEntries(replica: Replica, layout: StateLayout): Promise<Record<string, number[]>> {
  const arena = new Float32Array(layout.length)
  await replica.read(arena)
  return Object.fromEntries(
    [...layout.entries.values()].map(({ name, offset, length }) => [
      name,
      [...arena.subarray(offset, offset + length)],
    ]),
  )
}

/** A state entry that is a vector. */
export function vector(name: string, length: number): Node {
  return ops.state(name, [length])
}

/** Throws unless both hold the same numbers. */
export function expectEqual(what: string, actual: ArrayLike<number> | undefined, expected: readonly number[]): void {
  const got = Array.from(actual ?? [])
  const same = got.length === expected.length && got.every((value, at) => Object.is(value, expected[at]))
  if (!same) throw new Error(`${what}: got [${got.join(', ')}], expected [${expected.join(', ')}]`)
}

/** Throws unless `action` throws or rejects with that code; hands out the message. */
export async function expectError(code: ErrorCode, action: () => unknown): Promise<string> {
  let result: unknown
  try {
    result = await action()
  } catch (error) {
    if (isLockstepError(error) && error.code === code) return error.message
    throw new Error(`expected a LockstepError of code '${code}', got ${String(error)}`, { cause: error })
  }
  throw new Error(
    `expected a LockstepError of code '${code}', got ${result === undefined ? 'success' : String(result)}`,
  )
}
