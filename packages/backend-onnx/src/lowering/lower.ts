import type { Graph, Node, NodeOf, Op } from '@lockstep/core'
import { convEmitters } from './conv.ts'
import { elementwiseEmitters } from './elementwise.ts'
import type { Emitter, Emitters } from './emitter.ts'
import { indexingEmitters } from './indexing.ts'
import { leafEmitters } from './leaves.ts'
import { Lowering, type LoweringOptions } from './lowering.ts'
import { matmulEmitters } from './matmul.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import { poolEmitters } from './pool.ts'
import { portName } from './port-names.ts'
import { reductionEmitters } from './reduction.ts'
import { shapeEmitters } from './shape.ts'
import { substitute } from './substitutes.ts'

/** One emitter per primitive; core's graphs hold no `stopGradient`. */
const emitters: Emitters<Exclude<Op, 'stopGradient'>> = {
  ...leafEmitters,
  ...elementwiseEmitters,
  ...shapeEmitters,
  ...reductionEmitters,
  ...matmulEmitters,
  ...convEmitters,
  ...poolEmitters,
  ...indexingEmitters,
}

/** Translates a graph into ONNX. Its inputs, states, outputs and updates are ports named by {@link portName}. */
export function lower(graph: Graph, options: LoweringOptions): OnnxGraph {
  const lowering = new Lowering(graph, options)
  for (const node of graph.nodes) {
    if (lowering.fusions.absorbed.has(node)) continue
    lowering.onnx.scope = node.scope
    emit(node, lowering)
  }
  lowering.onnx.scope = ''
  for (const [name, node] of graph.outputs) lowering.onnx.output(portName('output', name), lowering.full(node))
  for (const [name, node] of graph.updates) lowering.onnx.output(portName('update', name), lowering.full(node))
  substitute(lowering.onnx, options.lacks ?? [])
  return lowering.onnx
}

function emit(node: Node, lowering: Lowering): void {
  const emitter = emitters[node.op as Exclude<Op, 'stopGradient'>] as Emitter<Op>
  emitter(node as NodeOf<Op>, lowering)
}
