import { LockstepError } from '../errors.ts'
import { type Graph, randomName } from '../graph/graph.ts'
import { type DType, type Node, sameShape, shapeError, sizeOf } from '../graph/node.ts'
import type { HostTensor, Tensors } from './backend.ts'
import { type StateLayout, stateEntry } from './state-layout.ts'

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const

/** The typed array that holds values of each dtype, zeroed, with `length` elements. */
export function hostTensor(dtype: DType, length: number): HostTensor {
  return new arrays[dtype](length)
}

/**
 * What every `Call.bind` must check: exactly the graph's inputs, random inputs and outputs are there, each of its type
 * and length (`steps` times the elements of one run). Throws `invalid-argument` naming the tensor.
 */
export function checkBinding(graph: Graph, inputs: Tensors, outputs: Tensors, steps = 1): void {
  const fed = new Map<string, Pick<Node, 'dtype' | 'shape'>>([
    ...graph.inputs.map((node) => [node.attributes.name, node] as const),
    ...graph.randoms.map((node) => [randomName(node), node] as const),
  ])
  checkTensors('input', fed, inputs, steps)
  checkTensors('output', graph.outputs, outputs, steps)
}

/**
 * What every `Replica.prepare` must check: all state that the graph reads or updates is in the layout (`unknown-name`)
 * with the same shape, and updates are float32 (`shape-mismatch`).
 */
export function checkStates(graph: Graph, layout: StateLayout): void {
  const read = graph.states.map((node) => [node.attributes.name, node] as const)
  for (const [name, { shape, dtype }] of [...read, ...graph.updates]) {
    const entry = stateEntry(layout, name)
    if (sameShape(entry.shape, shape) && dtype === 'float32') continue
    throw shapeError(`state ${name} of ${dtype}`, [shape], `expected float32 [${entry.shape.join(', ')}]`)
  }
}

function checkTensors(
  kind: 'input' | 'output',
  expected: ReadonlyMap<string, Pick<Node, 'dtype' | 'shape'>>,
  given: Tensors,
  steps: number,
): void {
  const names = [...expected.keys()].join(', ') || 'none'
  for (const name of Object.keys(given)) {
    if (!expected.has(name)) {
      throw refusal(name, `the graph has no ${kind} ${JSON.stringify(name)}; it has ${names}`)
    }
  }
  for (const [name, { dtype, shape }] of expected) {
    const tensor = given[name]
    if (tensor === undefined) throw refusal(name, `${kind} ${JSON.stringify(name)} is missing; the graph has ${names}`)
    const length = steps * sizeOf(shape)
    if (tensor instanceof arrays[dtype] && tensor.length === length) continue
    throw refusal(
      name,
      `${kind} ${JSON.stringify(name)} is ${tensor.constructor.name}(${tensor.length}); expected ${arrays[dtype].name}(${length})`,
    )
  }
}

function refusal(argument: string, what: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, `bind: ${what}; the binding was not changed`)
}
