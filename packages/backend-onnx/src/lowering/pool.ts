import type { Node, NodeOf } from '@lockstep/core'
import { averagePoolGradient } from './average-pool-gradient.ts'
import type { Emitters } from './emitter.ts'
import type { Lowering } from './lowering.ts'
import { maxPoolGradient } from './max-pool-gradient.ts'
import { pooled } from './pooled.ts'
import { poolingLayout } from './spatial-layouts.ts'

type PoolOp = 'maxPool2d' | 'maxPool2dGradient' | 'avgPool2d' | 'avgPool2dGradient'

function pool(op: 'MaxPool' | 'AveragePool', node: NodeOf<'maxPool2d' | 'avgPool2d'>, lowering: Lowering): void {
  const layout = poolingLayout(node, lowering.options.block)
  const x = lowering.full(node.inputs[0] as Node, layout)
  const y = pooled(lowering.onnx, op, x, lowering.shapeIn(node as Node, layout), node.attributes)
  lowering.define(node as Node, y, layout)
}

export const poolEmitters: Emitters<PoolOp> = {
  maxPool2d: (node, lowering) => pool('MaxPool', node, lowering),
  avgPool2d: (node, lowering) => pool('AveragePool', node, lowering),
  maxPool2dGradient: maxPoolGradient,
  avgPool2dGradient: averagePoolGradient,
}
