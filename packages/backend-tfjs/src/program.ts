import {
  type Graph,
  type HostTensor,
  LockstepError,
  type Node,
  type NodeOf,
  randomName,
  type Tensors,
} from '@lockstep/core'
import { type Compiled, compile, type Slot, type Step } from './compile.ts'
import type { DeviceState } from './device-state.ts'
import { messageOf } from './engine/unavailable.ts'
import type { Kernels, Tensor } from './kernels.ts'
import { Constants } from './workshop.ts'

/** Memory that a run reads and writes. */
export interface Binding {
  readonly inputs: Tensors
  readonly outputs: Tensors
}

/** A compiled graph. Runs of it hold tensors only as long as something needs them. */
export class Program implements Disposable {
  readonly #kernels: Kernels
  readonly #constants: Constants
  readonly #compiled: Compiled

  constructor(graph: Graph, kernels: Kernels) {
    this.#kernels = kernels
    this.#constants = new Constants(kernels)
    this.#compiled = compile(graph, this.#constants)
  }

  /** Throws `engine-failure` naming the operation and its layer. */
  run({ inputs, outputs }: Binding, state: DeviceState): void {
    const { slots, constants, leaves, steps } = this.#compiled
    const values: (Tensor | undefined)[] = new Array(slots)
    const owned = new Set<Slot>()
    const own = (slot: Slot, tensor: Tensor): void => {
      values[slot] = tensor
      owned.add(slot)
    }
    const drop = (slot: Slot): void => {
      values[slot]?.dispose()
      owned.delete(slot)
    }
    try {
      for (const [slot, tensor] of constants) values[slot] = tensor
      for (const [leaf, slot] of leaves) {
        if (leaf.op === 'state') values[slot] = state.get((leaf as NodeOf<'state'>).attributes.name)
        else own(slot, this.#upload(leaf, inputs))
      }
      for (const step of steps) {
        own(step.result, this.#compute(step, values))
        for (const slot of step.ends) drop(slot)
      }
      this.#handOut(values, outputs)
      this.#update(values, owned, state)
    } finally {
      for (const slot of owned) values[slot]?.dispose()
    }
  }

  [Symbol.dispose](): void {
    this.#constants[Symbol.dispose]()
  }

  #upload(leaf: NodeOf<'input' | 'random' | 'state'>, inputs: Tensors): Tensor {
    const name = leaf.op === 'random' ? randomName(leaf as NodeOf<'random'>) : (leaf as NodeOf<'input'>).attributes.name
    return this.#kernels.upload(inputs[name] as HostTensor, leaf.shape, leaf.dtype)
  }

  #compute({ node, compute, operands }: Step, values: readonly (Tensor | undefined)[]): Tensor {
    try {
      return this.#kernels.scope(() => compute(...operands.map((slot) => values[slot] as Tensor)))
    } catch (cause) {
      throw engineFailure(node, cause)
    }
  }

  #handOut(values: readonly (Tensor | undefined)[], outputs: Tensors): void {
    for (const [name, slot] of this.#compiled.outputs) outputs[name]?.set((values[slot] as Tensor).dataSync())
  }

  /** New values move into the state; what is an operand of something else as well is shared. */
  #update(values: readonly (Tensor | undefined)[], owned: Set<Slot>, state: DeviceState): void {
    const updates = [...this.#compiled.updates].map(([name, slot]) => {
      if (owned.delete(slot)) return [name, values[slot] as Tensor] as const
      return [name, this.#kernels.scope(() => this.#kernels.same(values[slot] as Tensor))] as const
    })
    for (const [name, tensor] of updates) state.replace(name, tensor)
  }
}

function engineFailure({ op, scope }: Node, cause: unknown): LockstepError<'engine-failure'> {
  const where = scope === '' ? op : `${op} of ${scope}`
  return new LockstepError(
    'engine-failure',
    { engine: 'TensorFlow.js' },
    `TensorFlow.js failed to compute ${where}: ${messageOf(cause)}`,
    { cause },
  )
}
