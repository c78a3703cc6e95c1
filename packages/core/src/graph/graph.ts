import { LockstepError } from '../errors.ts'
import { contentHash } from './hash.ts'
import { makeNode, type Node, type NodeOf, sameShape, shapeError, showShape } from './node.ts'
import { showAttributes } from './print.ts'

/** What a call computes: nodes in order, by name what comes in, what goes out and what is kept. */
export interface Graph {
  /** Every node once, operands before users; equal computations are one node. */
  readonly nodes: readonly Node[]
  /** Fed at every call under `name`. */
  readonly inputs: readonly NodeOf<'input'>[]
  /** Filled by core before every call; bound under {@link randomName}. */
  readonly randoms: readonly NodeOf<'random'>[]
  /** Entries of the replica's state that are read. */
  readonly states: readonly NodeOf<'state'>[]
  readonly outputs: ReadonlyMap<string, Node>
  /** New values of state entries. All reads of a call happen before all of its writes. */
  readonly updates: ReadonlyMap<string, Node>
  /** Same hash, same computation: backends cache what they compile under it. */
  readonly hash: string
}

/** What {@link graph} is made of: results to hand out and state entries to overwrite, by name. */
export interface GraphResults {
  readonly outputs?: Readonly<Record<string, Node>>
  readonly updates?: Readonly<Record<string, Node>>
}

/** The name under which a random input is bound. */
export function randomName(node: NodeOf<'random'>): string {
  return `random/${node.attributes.stream}`
}

/** Collects everything the results need into a {@link Graph}. Throws when one name stands for two different leaves. */
export function graph({ outputs = {}, updates = {} }: GraphResults): Graph {
  const interner = new Interner()
  const intern = (results: Readonly<Record<string, Node>>): Map<string, Node> =>
    new Map(Object.entries(results).map(([name, node]) => [name, interner.intern(node)]))
  const kept = { outputs: intern(outputs), updates: intern(updates) }
  const leaves = <O extends 'input' | 'random' | 'state'>(op: O): NodeOf<O>[] =>
    interner.nodes.filter((node): node is Node & NodeOf<O> => node.op === op)
  const [inputs, randoms, states] = [leaves('input'), leaves('random'), leaves('state')]
  checkNames(
    'input',
    inputs.map((node) => [node.attributes.name, node]),
  )
  checkNames(
    'random stream',
    randoms.map((node) => [String(node.attributes.stream), node]),
  )
  checkNames(
    'state',
    states.map((node) => [node.attributes.name, node]),
  )
  checkUpdates(states, kept.updates)
  return { nodes: interner.nodes, inputs, randoms, states, ...kept, hash: interner.hash(kept) }
}

/** Rewrites a DAG so that structurally equal nodes become one, in order of first need. */
class Interner {
  readonly nodes: Node[] = []
  readonly #byKey = new Map<string, Node>()
  readonly #seen = new Map<Node, Node>()
  readonly #ids = new Map<Node, number>()
  readonly #keys: string[] = []

  intern(root: Node): Node {
    const stack = [root]
    while (stack.length > 0) {
      const node = stack[stack.length - 1] as Node
      const waiting = this.#seen.has(node) ? [] : node.inputs.filter((operand) => !this.#seen.has(operand))
      if (waiting.length > 0) {
        stack.push(...waiting.reverse())
        continue
      }
      stack.pop()
      if (!this.#seen.has(node)) this.#seen.set(node, this.#unique(node))
    }
    return this.#seen.get(root) as Node
  }

  hash({ outputs, updates }: { outputs: Map<string, Node>; updates: Map<string, Node> }): string {
    const named = (results: Map<string, Node>): string =>
      [...results].map(([name, node]) => `${JSON.stringify(name)}=${this.#ids.get(node)}`).join(';')
    return contentHash(`${this.#keys.join('\n')}\noutputs ${named(outputs)}\nupdates ${named(updates)}`)
  }

  #unique(node: Node): Node {
    const inputs = node.inputs.map((operand) => this.#seen.get(operand) as Node)
    if (node.op === 'stopGradient') return inputs[0] as Node
    const ids = inputs.map((operand) => this.#ids.get(operand)).join(',')
    const key = `${node.op}(${ids})${showAttributes(node)}:${node.dtype}${showShape(node.shape)}`
    const existing = this.#byKey.get(key)
    if (existing !== undefined) return existing
    const unchanged = inputs.every((operand, index) => operand === node.inputs[index])
    const unique = unchanged ? node : rebuilt(node, inputs)
    this.#byKey.set(key, unique)
    this.#ids.set(unique, this.nodes.length)
    this.#keys.push(key)
    this.nodes.push(unique)
    return unique
  }
}

function rebuilt(node: Node, inputs: readonly Node[]): Node {
  return Object.freeze({
    ...makeNode(node.op, inputs, node.attributes, node.shape, node.dtype),
    scope: node.scope,
  }) as Node
}

function checkNames(what: string, named: readonly (readonly [string, { readonly shape: readonly number[] }])[]): void {
  const first = new Map<string, { readonly shape: readonly number[] }>()
  for (const [name, leaf] of named) {
    const other = first.get(name)
    if (other !== undefined) {
      throw new LockstepError(
        'invalid-argument',
        { argument: name },
        `graph: ${what} ${JSON.stringify(name)} stands for ${showShape(other.shape)} and for another leaf of ${showShape(leaf.shape)}; use one name, shape and dtype for each`,
      )
    }
    first.set(name, leaf)
  }
}

function checkUpdates(states: readonly NodeOf<'state'>[], updates: ReadonlyMap<string, Node>): void {
  for (const [name, { dtype, shape }] of updates) {
    if (dtype !== 'float32')
      throw shapeError(`update of state ${name} with ${dtype}`, [shape], 'expected float32, use cast(x, dtype)')
  }
  for (const { attributes, shape } of states) {
    const value = updates.get(attributes.name)
    if (value !== undefined && !sameShape(value.shape, shape)) {
      throw shapeError(
        `update of state ${attributes.name}`,
        [shape, value.shape],
        'expected the new value to have the shape of the old',
      )
    }
  }
}
