import type { Graph } from './graph.ts'
import { contentHash } from './hash.ts'
import { type Node, showShape } from './node.ts'

const literalLimit = 4

/**
 * A graph as text, one node a line:
 *
 *     %2 = matmul(%0, %1) {"transposeA":false,"transposeB":false} : float32[128, 10]   // dense_1
 */
export function printGraph(graph: Graph): string {
  const ids = new Map(graph.nodes.map((node, index) => [node, index]))
  const name = (node: Node): string => `%${ids.get(node)}`
  const line = (node: Node): string => {
    const operands = node.inputs.map(name).join(', ')
    const attributes = showAttributes(node)
    const scope = node.scope === '' ? '' : `   // ${node.scope}`
    return `${name(node)} = ${node.op}(${operands})${attributes && ` ${attributes}`} : ${node.dtype}${showShape(node.shape)}${scope}`
  }
  const results = (kind: string, nodes: ReadonlyMap<string, Node>): string[] =>
    [...nodes].map(([key, node]) => `${kind} ${key} = ${name(node)}`)
  return [...graph.nodes.map(line), ...results('output', graph.outputs), ...results('update', graph.updates)].join('\n')
}

/** The attributes of a node as canonical text, empty when it has none; long constants appear as their hash. */
export function showAttributes(node: Node): string {
  if (node.op === 'constant') return `{${showValues(node.attributes.values)}}`
  const entries = Object.entries(node.attributes).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.length === 0
    ? ''
    : JSON.stringify(Object.fromEntries(entries.map(([key, value]) => [key, exact(value)])))
}

function exact(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

function showValues(values: Float64Array): string {
  if (values.length <= literalLimit) return Array.from(values, showValue).join(',')
  return `${values.length} values #${contentHash(Array.from(values, showValue).join(','))}`
}

function showValue(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
