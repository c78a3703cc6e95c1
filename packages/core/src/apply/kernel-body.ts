import type { Node } from '../graph/node.ts'
import {
  extractLane,
  f32x4,
  f64,
  get,
  i32x4,
  type Local,
  load,
  op,
  type Statement,
  set,
  shuffle32x4,
  store,
  tee,
  type Value,
} from '../wasm/index.ts'
import { type Kernel, uniformNodes } from './kernel.ts'
import { vectorOperation } from './vector-operations.ts'

/** Writes a kernel's instructions for one vector. Values used more than once get local variables. */
export class KernelBody {
  readonly #kernel: Kernel
  readonly #addresses: ReadonlyMap<string, Local<'i32'>>
  readonly #scalars: ReadonlyMap<string, Local<'f32'>>
  readonly #newLocal: () => Local<'v128'>
  readonly #uniform: ReadonlySet<Node>
  readonly #locals = new Map<Node, Local<'v128'>>()
  readonly #sums: readonly [Local<'v128'>, Local<'v128'>]
  readonly #pair: Local<'v128'>

  constructor(
    kernel: Kernel,
    arrays: readonly Local<'i32'>[],
    scalars: readonly Local<'f32'>[],
    newLocal: () => Local<'v128'>,
  ) {
    this.#kernel = kernel
    this.#addresses = new Map(kernel.arrays.map((name, index) => [name, arrays[index] as Local<'i32'>]))
    this.#scalars = new Map(kernel.scalars.map((name, index) => [name, scalars[index] as Local<'f32'>]))
    this.#newLocal = newLocal
    this.#uniform = uniformNodes(kernel)
    this.#sums = [newLocal(), newLocal()]
    this.#pair = newLocal()
    for (const node of this.#keptNodes()) this.#locals.set(node, newLocal())
  }

  /** What does not depend on the element, computed once. */
  uniforms(): Statement[] {
    return this.#kernel.nodes
      .filter((node) => this.#uniform.has(node))
      .map((node) => set(this.#locals.get(node) as Local<'v128'>, this.#expression(node, 0)))
  }

  /** Computes and stores the vector `offset` bytes after the addresses; where `mask` is zero, nothing changes. */
  vector(offset: number, mask?: Local<'v128'>): Statement[] {
    const { nodes, updates, squared } = this.#kernel
    const kept = nodes.filter((node) => this.#locals.has(node) && !this.#uniform.has(node))
    const stores = [...updates].map(([array, node]) => {
      const address = get(this.#addresses.get(array) as Local<'i32'>)
      const old = load('v128.load', address, offset)
      const value = this.#value(node, offset)
      return store('v128.store', address, mask ? op('v128.bitselect', value, old, get(mask)) : value, offset)
    })
    return [
      ...kept.map((node) => set(this.#locals.get(node) as Local<'v128'>, this.#expression(node, offset))),
      ...stores,
      ...(squared === undefined ? [] : this.#addSquares(get(this.#locals.get(squared) as Local<'v128'>), mask)),
    ]
  }

  /** The last `count` < 4 elements. */
  tail(count: Local<'i32'>): Statement[] {
    const mask = this.#newLocal()
    return [set(mask, op('i32x4.lt_u', i32x4(0, 1, 2, 3), op('i32x4.splat', get(count)))), ...this.vector(0, mask)]
  }

  sumOfSquares(): Value<'f64'> {
    if (this.#kernel.squared === undefined) return f64(0)
    const pair = op('f64x2.add', get(this.#sums[0]), get(this.#sums[1]))
    return op('f64.add', extractLane('f64x2.extract_lane', pair, 0), extractLane('f64x2.extract_lane', pair, 1))
  }

  /** Uniform values, results (so that every read precedes the stores), and whatever has several users. */
  #keptNodes(): Set<Node> {
    const { nodes, updates, squared } = this.#kernel
    const results = squared === undefined ? [...updates.values()] : [...updates.values(), squared]
    const kept = new Set<Node>(results)
    const used = new Set<Node>()
    for (const node of nodes) {
      if (this.#uniform.has(node)) kept.add(node)
      for (const operand of node.inputs) {
        if (used.has(operand) || node.op === 'sign') kept.add(operand)
        used.add(operand)
      }
    }
    return kept
  }

  #value(node: Node, offset: number): Value<'v128'> {
    const local = this.#locals.get(node)
    return local === undefined ? this.#expression(node, offset) : get(local)
  }

  #expression(node: Node, offset: number): Value<'v128'> {
    if (node.op === 'state')
      return load('v128.load', get(this.#addresses.get(node.attributes.name) as Local<'i32'>), offset)
    if (node.op === 'input') return op('f32x4.splat', get(this.#scalars.get(node.attributes.name) as Local<'f32'>))
    if (node.op === 'constant') return constantVector(node.attributes.values[0] as number, node.dtype === 'bool')
    return vectorOperation(
      node,
      node.inputs.map((operand) => this.#value(operand, offset)),
    )
  }

  /** In float64, so that the sum of a million squares keeps its digits. */
  #addSquares(value: Value<'v128'>, mask: Local<'v128'> | undefined): Statement[] {
    const masked = mask === undefined ? value : op('v128.and', value, get(mask))
    return this.#sums.map((sum, half) => {
      const pair = op('f64x2.promote_low_f32x4', half === 0 ? masked : shuffle32x4(masked, masked, [2, 3, 2, 3]))
      return set(sum, op('f64x2.add', get(sum), op('f64x2.mul', tee(this.#pair, pair), get(this.#pair))))
    })
  }
}

function constantVector(value: number, isBool: boolean): Value<'v128'> {
  if (!isBool) return f32x4(value)
  return value === 0 ? i32x4(0, 0, 0, 0) : i32x4(-1, -1, -1, -1)
}
