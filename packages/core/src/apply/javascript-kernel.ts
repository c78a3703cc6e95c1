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
  const blocks = new Map<Node, Block>(kernel.nodes.map((node) => [node, new Float32Array(blockLength)]))
  const blockOf = (node: Node): Block => blocks.get(node) as Block
  const uniform = uniformNodes(kernel)
  const prepare = computations([...uniform], blockOf)
  const compute = computations(
    kernel.nodes.filter((node) => !uniform.has(node)),
    blockOf,
  )
  const named = (op: 'input' | 'state', names: readonly string[]): Block[] =>
    names.map((name) => {
      const leaf = kernel.nodes.find((node) => node.op === op && node.attributes.name === name)
      return leaf === undefined ? new Float32Array(blockLength) : blockOf(leaf)
    })
  const [scalarBlocks, arrayBlocks] = [named('input', kernel.scalars), named('state', kernel.arrays)]
  const results = [...kernel.updates].map(([array, node]) => ({ index: kernel.arrays.indexOf(array), node }))
  return (count, offsets, scalars) => {
    for (const [index, block] of scalarBlocks.entries()) block.fill(scalars[index] as number)
    for (const run of prepare) run()
    let squares = 0
    for (let start = 0; start < count; start += blockLength) {
      const length = Math.min(blockLength, count - start)
      for (const [index, block] of arrayBlocks.entries())
        copy(floats, (offsets[index] as number) + start, block, length)
      for (const run of compute) run()
      for (const { index, node } of results)
        floats.set(blockOf(node).subarray(0, length), (offsets[index] as number) + start)
      if (kernel.squared !== undefined) squares += sumOfSquares(blockOf(kernel.squared), length)
    }
    return squares
  }
}

/** What to run, in order, to compute the blocks of these nodes; constants are filled in at once. */
function computations(nodes: Iterable<Node>, blockOf: (node: Node) => Block): (() => void)[] {
  return [...nodes].flatMap((node) => {
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

function copy(from: Float32Array, offset: number, to: Block, length: number): void {
  for (let i = 0; i < length; i++) to[i] = from[offset + i] as number
}

function sumOfSquares(values: Block, length: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += (values[i] as number) ** 2
  return sum
}
