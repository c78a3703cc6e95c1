import type { Node, Op } from '../graph/node.ts'

/** Elements per turn: few enough for all intermediate results to stay in a core's nearest cache. */
export const blockLength = 256

/** The values of one node for a turn. Bools are 0 and 1. */
export type Block = Float32Array

/** Fills `out`; operands beyond those an operation has are ignored. */
export type BlockOperation = (out: Block, a: Block, b: Block, c: Block) => void

/** The commonest operations have loops of their own, as a call per element would cost ten times as much. */
const operations: Readonly<Partial<Record<Op, BlockOperation>>> = {
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
  min: each((x, y) => Math.min(x, y)),
  max: each((x, y) => Math.max(x, y)),
  equal: each((x, y) => (x === y ? 1 : 0)),
  less: each((x, y) => (x < y ? 1 : 0)),
  lessEqual: each((x, y) => (x <= y ? 1 : 0)),
  select: each((condition, x, y) => (condition === 1 ? x : y)),
}

const toBool: BlockOperation = each((x) => (x === 0 ? 0 : 1))

function each(compute: (x: number, y: number, z: number) => number): BlockOperation {
  return (out, a, b, c) => {
    for (let i = 0; i < blockLength; i++) out[i] = compute(a[i] as number, b[i] as number, c[i] as number)
  }
}

/** What can run in JavaScript, leaves included. */
export const javascriptOperations: ReadonlySet<Op> = new Set<Op>([
  'input',
  'state',
  'constant',
  'cast',
  ...(Object.keys(operations) as Op[]),
])

/** What computes a node's block from those of its operands, of which it reads as many as it has; leaves have none. */
export function blockOperation(node: Node): BlockOperation | undefined {
  if (node.op !== 'cast') return operations[node.op]
  return node.dtype === 'bool' ? toBool : operations.broadcast
}
