import type { Node, Op } from '../graph/node.ts'
import { type Kernel, type RunKernel, uniformNodes } from './kernel.ts'

/** Elements per turn: few enough for all intermediate results to stay in a core's nearest cache. */
const blockLength = 256

type Block = Float32Array
type Step = (out: Block, a: Block, b: Block, c: Block) => void

/** The commonest operations have loops of their own, as a call per element would cost ten times as much. */
const steps: Readonly<Partial<Record<Op, Step>>> = {
  add: (out, a, b) => {
    for (let i = 0; i < blockLength; i++) out[i] = (a[i] as number) + (b[i] as number)
  },
  sub: (out, a, b) => {
    for (let i = 0; i < blockLength; i++) out[i] = (a[i] as number) - (b[i] as number)
  },
  mul: (out, a, b) => {
    for (let i = 0; i < blockLength; i++) out[i] = (a[i] as number) * (b[i] as number)
  },
  div: (out, a, b) => {
    for (let i = 0; i < blockLength; i++) out[i] = (a[i] as number) / (b[i] as number)
  },
  sqrt: (out, a) => {
    for (let i = 0; i < blockLength; i++) out[i] = Math.sqrt(a[i] as number)
  },
  broadcast: (out, a) => out.set(a),
  neg: each((x) => -x),
  abs: each(Math.abs),
  exp: each(Math.exp),
  log: each(Math.log),
  tanh: each(Math.tanh),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  sign: each(Math.sign),
  relu: each((x) => Math.max(x, 0)),
  pow: each((x, y) => x ** y),
  min: each(Math.min),
  max: each(Math.max),
  equal: each((x, y) => (x === y ? 1 : 0)),
  less: each((x, y) => (x < y ? 1 : 0)),
  lessEqual: each((x, y) => (x <= y ? 1 : 0)),
  select: each((condition, x, y) => (condition === 1 ? x : y)),
}

const toBool: Step = each((x) => (x === 0 ? 0 : 1))

function each(compute: (x: number, y: number, z: number) => number): Step {
  return (out, a, b, c) => {
    for (let i = 0; i < blockLength; i++) out[i] = compute(a[i] as number, b[i] as number, c[i] as number)
  }
}

/** What {@link javascriptKernel} can run. */
export const javascriptOperations: ReadonlySet<Op> = new Set<Op>([
  'input',
  'state',
  'constant',
  'cast',
  ...(Object.keys(steps) as Op[]),
])

/**
 * Runs a kernel block by block in plain JavaScript. Every operation is rounded to float32 as it is stored, so that the
 * operations WebAssembly has give the same bits here.
 */
export function javascriptKernel(kernel: Kernel, floats: Float32Array): RunKernel {
  const blocks = new BlockProgram(kernel)
  return (count, offsets, scalars) => {
    blocks.prepare(scalars)
    let squares = 0
    for (let start = 0; start < count; start += blockLength) {
      const length = Math.min(blockLength, count - start)
      blocks.load(floats, offsets, start, length)
      blocks.compute()
      blocks.store(floats, offsets, start, length)
      squares += blocks.sumOfSquares(length)
    }
    return squares
  }
}

/** A block of memory for every node of a kernel, and what fills them. */
class BlockProgram {
  readonly #squared: Block | undefined
  readonly #scalars: readonly Block[]
  readonly #arrays: readonly Block[]
  readonly #results: readonly { readonly array: number; readonly block: Block }[]
  readonly #preparation: readonly (() => void)[]
  readonly #computation: readonly (() => void)[]

  constructor(kernel: Kernel) {
    const blocks = new Map<Node, Block>(kernel.nodes.map((node) => [node, new Float32Array(blockLength)]))
    const blockOf = (node: Node): Block => blocks.get(node) as Block
    const leaves = (op: 'input' | 'state', names: readonly string[]): Block[] =>
      names.map((name) => {
        const leaf = kernel.nodes.find((node) => node.op === op && node.attributes.name === name)
        return leaf === undefined ? new Float32Array(blockLength) : blockOf(leaf)
      })
    this.#squared = kernel.squared && blockOf(kernel.squared)
    this.#scalars = leaves('input', kernel.scalars)
    this.#arrays = leaves('state', kernel.arrays)
    this.#results = [...kernel.updates].map(([name, node]) => ({
      array: kernel.arrays.indexOf(name),
      block: blockOf(node),
    }))
    const uniform = uniformNodes(kernel)
    const varying = kernel.nodes.filter((node) => !uniform.has(node))
    this.#preparation = computations([...uniform], blockOf)
    this.#computation = computations(varying, blockOf)
  }

  prepare(scalars: readonly number[]): void {
    for (const [index, block] of this.#scalars.entries()) block.fill(scalars[index] as number)
    for (const step of this.#preparation) step()
  }

  load(floats: Float32Array, offsets: readonly number[], start: number, length: number): void {
    for (const [index, block] of this.#arrays.entries()) {
      const offset = (offsets[index] as number) + start
      for (let i = 0; i < length; i++) block[i] = floats[offset + i] as number
    }
  }

  compute(): void {
    for (const step of this.#computation) step()
  }

  store(floats: Float32Array, offsets: readonly number[], start: number, length: number): void {
    for (const { array, block } of this.#results) {
      const offset = (offsets[array] as number) + start
      for (let i = 0; i < length; i++) floats[offset + i] = block[i] as number
    }
  }

  sumOfSquares(length: number): number {
    const values = this.#squared
    let sum = 0
    if (values !== undefined) for (let i = 0; i < length; i++) sum += (values[i] as number) ** 2
    return sum
  }
}

/** What to run, in order, to compute the blocks of these nodes; constants are filled in at once. */
function computations(nodes: readonly Node[], blockOf: (node: Node) => Block): (() => void)[] {
  return nodes.flatMap((node) => {
    const out = blockOf(node)
    if (node.op === 'constant') out.fill(node.attributes.values[0] as number)
    const step = stepOf(node)
    if (step === undefined) return []
    const [a = out, b = a, c = a] = node.inputs.map(blockOf)
    return () => step(out, a, b, c)
  })
}

function stepOf(node: Node): Step | undefined {
  if (node.op !== 'cast') return steps[node.op]
  return node.dtype === 'bool' ? toBool : steps.broadcast
}
