import {
  type Graph,
  type HostTensor,
  hostTensor,
  type Node,
  type NodeOf,
  type Op,
  type Shape,
  sameShape,
  sizeOf,
} from '@lockstep/core'
import type { Tensor } from './kernels.ts'
import { expansion } from './lowering/expansion.ts'
import type { Compute, LoweredOp, Lowering, Workshop } from './lowering/lowering.ts'
import { lowerings } from './lowering/lowerings.ts'
import { findReluGradients, type ReluGradient, reluGradient } from './lowering/relu-gradient.ts'

/** Where a value lies while a graph runs. */
export type Slot = number

export interface Step {
  /** For messages. */
  readonly node: Node
  readonly compute: Compute
  readonly operands: readonly Slot[]
  readonly result: Slot
  /** What nothing later needs. */
  readonly ends: readonly Slot[]
}

/** A graph as a list of steps. */
export interface Compiled {
  readonly slots: number
  /** Values that are the same in every run. */
  readonly constants: ReadonlyMap<Slot, Tensor>
  /** Slots of leaves that a run fills. */
  readonly leaves: ReadonlyMap<NodeOf<'input' | 'random' | 'state'>, Slot>
  readonly steps: readonly Step[]
  readonly outputs: ReadonlyMap<string, Slot>
  readonly updates: ReadonlyMap<string, Slot>
}

/** Plans every node of a graph, in its order. */
export function compile(graph: Graph, workshop: Workshop): Compiled {
  const compiler = new Compiler(workshop, findReluGradients(graph))
  for (const node of graph.nodes) compiler.add(node)
  const slotsOf = (results: ReadonlyMap<string, Node>): Map<string, Slot> =>
    new Map([...results].map(([name, node]) => [name, compiler.whole(node)]))
  return compiler.finish(slotsOf(graph.outputs), slotsOf(graph.updates))
}

/** A value that may be smaller than its node says: whoever reads it stretches it. */
interface Made {
  readonly slot: Slot
  readonly shape: Shape
}

/** Primitives whose kernels stretch operands as NumPy does. */
const stretching: ReadonlySet<Op> = new Set<Op>([
  ...(['neg', 'abs', 'exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'erf', 'sign', 'relu', 'cast'] as const),
  ...(['add', 'sub', 'mul', 'div', 'pow', 'min', 'max', 'equal', 'less', 'lessEqual'] as const),
])

class Compiler {
  readonly #workshop: Workshop
  readonly #made = new Map<Node, Made>()
  readonly #whole = new Map<Node, Slot>()
  readonly #constants = new Map<Slot, Tensor>()
  readonly #leaves = new Map<NodeOf<'input' | 'random' | 'state'>, Slot>()
  readonly #steps: Omit<Step, 'ends'>[] = []
  readonly #reluGradients: ReadonlyMap<Node, ReluGradient>
  readonly #absorbed: ReadonlySet<Node>
  #slots = 0

  constructor(workshop: Workshop, reluGradients: ReadonlyMap<Node, ReluGradient>) {
    this.#workshop = workshop
    this.#reluGradients = reluGradients
    this.#absorbed = new Set([...reluGradients.values()].flatMap(({ absorbed }) => absorbed))
  }

  add(node: Node): void {
    switch (node.op) {
      case 'input':
      case 'random':
      case 'state':
        this.#leaves.set(node, this.#define(node).slot)
        return
      case 'constant':
      case 'iota':
        this.#constants.set(this.#define(node).slot, this.#workshop.constant(elementsOf(node), node.shape))
        return
      case 'broadcast':
        this.#made.set(node, this.#made.get(node.inputs[0] as Node) as Made)
        return
      default:
        if (!this.#absorbed.has(node)) this.#addComputed(node as NodeOf<LoweredOp> & Node)
    }
  }

  /** The slot where all elements of a node are. */
  whole(node: Node): Slot {
    const { slot, shape } = this.#made.get(node) as Made
    if (sameShape(shape, node.shape)) return slot
    const known = this.#whole.get(node)
    if (known !== undefined) return known
    const result = this.#slots++
    this.#whole.set(node, result)
    const compute = expansion(shape, node, this.#workshop)
    this.#steps.push({ node, compute, operands: [slot], result })
    return result
  }

  finish(outputs: ReadonlyMap<string, Slot>, updates: ReadonlyMap<string, Slot>): Compiled {
    const lasting = new Set([...outputs.values(), ...updates.values(), ...this.#constants.keys()])
    for (const [{ op }, slot] of this.#leaves) if (op === 'state') lasting.add(slot)
    const steps: Step[] = []
    for (const step of this.#steps.toReversed()) {
      const ends = [...new Set(step.operands)].filter((slot) => !lasting.has(slot))
      for (const slot of ends) lasting.add(slot)
      steps.push({ ...step, ends })
    }
    return {
      slots: this.#slots,
      constants: this.#constants,
      leaves: this.#leaves,
      steps: steps.reverse(),
      outputs,
      updates,
    }
  }

  #addComputed(node: Node & NodeOf<LoweredOp>): void {
    const fused = this.#reluGradients.get(node)
    if (fused !== undefined) {
      const operands = [this.whole(fused.gradient), this.whole(fused.y)]
      this.#steps.push({ node, compute: reluGradient(this.#workshop), operands, result: this.#define(node).slot })
      return
    }
    const compute = (lowerings[node.op] as Lowering<LoweredOp>)(node, this.#workshop)
    const stretches = stretching.has(node.op)
    const operands = node.inputs.map((operand) =>
      stretches ? (this.#made.get(operand) as Made).slot : this.whole(operand),
    )
    const shape = stretches ? this.#stretched(node.inputs) : node.shape
    this.#steps.push({ node, compute, operands, result: this.#define(node, shape).slot })
  }

  #define(node: Node, shape: Shape = node.shape): Made {
    const made = { slot: this.#slots++, shape }
    this.#made.set(node, made)
    return made
  }

  /** What operands that may be small stretch to. */
  #stretched(operands: readonly Node[]): Shape {
    const shapes = operands.map((operand) => (this.#made.get(operand) as Made).shape)
    const rank = Math.max(...shapes.map((shape) => shape.length))
    return Array.from({ length: rank }, (_, axis) =>
      Math.max(...shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)),
    )
  }
}

function elementsOf(node: NodeOf<'constant' | 'iota'>): HostTensor {
  const elements = hostTensor(node.dtype, sizeOf(node.shape))
  if (node.op === 'iota') return elements.map((_, index) => index)
  elements.set((node as NodeOf<'constant'>).attributes.values)
  return elements
}
