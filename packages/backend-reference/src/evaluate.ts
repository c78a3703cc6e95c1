import { type Graph, LockstepError, type Node, randomName, sizeOf } from '@lockstep/core'
import { type Kernel, type Kernels, referenceKernels } from './kernels.ts'

/** What a graph is evaluated on: elements in row-major order, by name; random inputs by `randomName(node)`. */
export interface Feeds {
  readonly inputs?: Readonly<Record<string, ArrayLike<number>>>
  readonly states?: Readonly<Record<string, ArrayLike<number>>>
}

/** The results of a graph; int32 as integers, bool as 0 and 1. */
export interface Evaluation {
  readonly outputs: ReadonlyMap<string, Float64Array>
  readonly updates: ReadonlyMap<string, Float64Array>
}

/**
 * Computes a graph in float64 with nothing rounded to float32 on the way, constants included. Pure: `feeds` are not
 * changed. Throws `invalid-argument` when one is missing or of the wrong length.
 */
export function evaluate(graph: Graph, feeds: Feeds, kernels: Kernels = referenceKernels): Evaluation {
  const values = new Map<Node, Float64Array>()
  const expiring = lastUses(graph)
  for (const [index, node] of graph.nodes.entries()) {
    const operands = node.inputs.map((operand) => values.get(operand) as Float64Array)
    values.set(node, compute(node, operands, feeds, kernels))
    for (const operand of expiring[index] as Node[]) values.delete(operand)
  }
  const named = (results: ReadonlyMap<string, Node>): Map<string, Float64Array> =>
    new Map([...results].map(([name, node]) => [name, values.get(node) as Float64Array]))
  return { outputs: named(graph.outputs), updates: named(graph.updates) }
}

function compute(node: Node, operands: readonly Float64Array[], feeds: Feeds, kernels: Kernels): Float64Array {
  switch (node.op) {
    case 'input':
      return fed('input', node, node.attributes.name, feeds.inputs)
    case 'random':
      return fed('random input', node, randomName(node), feeds.inputs)
    case 'state':
      return fed('state', node, node.attributes.name, feeds.states)
    default:
      return (kernels[node.op] as Kernel<typeof node.op>)(node as never, ...operands)
  }
}

function fed(
  kind: string,
  node: { readonly shape: readonly number[] },
  name: string,
  given: Feeds['inputs'] = {},
): Float64Array {
  const values = given[name]
  const length = sizeOf(node.shape)
  if (values?.length === length) return new Float64Array(values)
  throw new LockstepError(
    'invalid-argument',
    { argument: name },
    `evaluate: ${kind} ${JSON.stringify(name)} has ${values?.length ?? 'no'} elements; expected ${length}`,
  )
}

/** For each node, the values that nothing after it needs: large graphs fit into memory only without them. */
function lastUses({ nodes, outputs, updates }: Graph): Node[][] {
  const kept = new Set([...outputs.values(), ...updates.values()])
  const expiring: Node[][] = nodes.map(() => [])
  for (const [index, node] of [...nodes.entries()].reverse()) {
    for (const operand of node.inputs) {
      if (kept.has(operand)) continue
      kept.add(operand)
      expiring[index]?.push(operand)
    }
  }
  return expiring
}
