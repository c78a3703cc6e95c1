import type { Node } from '../graph/node.ts'
import { type Block, blockLength, blockOperation } from './block-operations.ts'
import { type Kernel, type RunKernel, uniformNodes } from './kernel.ts'

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
    const step = blockOperation(node)
    if (step === undefined) return []
    const [a = out, b = a, c = a] = node.inputs.map(blockOf)
    return () => step(out, a, b, c)
  })
}
