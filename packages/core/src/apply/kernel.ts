import { LockstepError } from '../errors.ts'
import type { Graph } from '../graph/graph.ts'
import { type Node, type Op, type Shape, showShape } from '../graph/node.ts'

/**
 * The shape that stands for "any number of elements" in the graph of a kernel: its states and updates have it, its
 * inputs are scalars.
 */
export const elements: Shape = [4]

/** An elementwise computation over arrays of one length. */
export interface Kernel {
  /** States read and updated; their offsets are given in this order. */
  readonly arrays: readonly string[]
  /** Inputs; their values are given in this order. */
  readonly scalars: readonly string[]
  readonly nodes: readonly Node[]
  /** New values of arrays, written after all of an element's reads. */
  readonly updates: ReadonlyMap<string, Node>
  /** The array of values whose squares are summed, if that is the kernel's purpose. */
  readonly squared: Node | undefined
}

/**
 * Runs a kernel on `count` elements of one float32 memory. `offsets` and `scalars` go with the kernel's lists; offsets
 * are in elements. Returns the sum of squares in float64 (0 where nothing is `squared`).
 */
export type RunKernel = (count: number, offsets: readonly number[], scalars: readonly number[]) => number

/** The kernel of a graph: states of shape {@link elements}, scalar inputs, updates and perhaps the output `squared`. */
export function kernelOf({ nodes, inputs, states, updates, outputs }: Graph): Kernel {
  const read = states.map((node) => node.attributes.name)
  return {
    arrays: [...new Set([...read, ...updates.keys()])],
    scalars: inputs.map((node) => node.attributes.name),
    nodes,
    updates,
    squared: outputs.get('squared'),
  }
}

/** The nodes that do not depend on the element: no array is among their operands. */
export function uniformNodes({ nodes }: Pick<Kernel, 'nodes'>): Set<Node> {
  const uniform = new Set<Node>()
  for (const node of nodes)
    if (node.op !== 'state' && node.inputs.every((operand) => uniform.has(operand))) uniform.add(node)
  return uniform
}

/** Throws `unsupported` for the first node that is not elementwise or not among `operations`. `by` names the rule. */
export function checkKernel(kernel: Kernel, operations: ReadonlySet<Op>, by: string): void {
  for (const node of kernel.nodes) {
    const shaped = node.shape.length === 0 || (node.shape.length === 1 && node.shape[0] === elements[0])
    const scalarConstant = node.op !== 'constant' || node.shape.length === 0
    if (operations.has(node.op) && shaped && scalarConstant && node.dtype !== 'int32') continue
    const what = `${node.op} to ${node.dtype}${showShape(node.shape)}`
    throw new LockstepError(
      'unsupported',
      { feature: node.op, by },
      `${by}: the update on the host cannot run ${what}; expected elementwise operations on float32 and bool (${[...operations].join(', ')})`,
    )
  }
}
