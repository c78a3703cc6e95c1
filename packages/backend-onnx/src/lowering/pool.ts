import type { Node, NodeOf } from '@lockstep/core'
import { averagePoolGradient } from './average-pool-gradient.ts'
import type { Emitters } from './emitter.ts'
import { arranged } from './layout.ts'
import type { Lowering } from './lowering.ts'
import { maxPoolGradient } from './max-pool-gradient.ts'
import { windowAttributes } from './window.ts'

type PoolOp = 'maxPool2d' | 'maxPool2dGradient' | 'avgPool2d' | 'avgPool2dGradient'

function pool(op: string, node: NodeOf<'maxPool2d' | 'avgPool2d'>, lowering: Lowering): void {
  const x = lowering.full(node.inputs[0] as Node, 'channelsFirst')
  const shape = arranged(node.shape, 'channelsFirst')
  // ONNX's defaults leave padding out of maxima and averages.
  const result = lowering.onnx.add(op, [x], { shape }, { attributes: windowAttributes(node.attributes) })
  lowering.define(node as Node, result, 'channelsFirst')
}

export const poolEmitters: Emitters<PoolOp> = {
  maxPool2d: (node, lowering) => pool('MaxPool', node, lowering),
  avgPool2d: (node, lowering) => pool('AveragePool', node, lowering),
  maxPool2dGradient: maxPoolGradient,
  avgPool2dGradient: averagePoolGradient,
}
