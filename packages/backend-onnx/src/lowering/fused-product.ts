import type { Node, NodeOf } from '@lockstep/core'
import { emitConv } from './conv.ts'
import type { ProductFusion } from './fusions.ts'
import type { Lowering } from './lowering.ts'
import { gemm } from './matmul.ts'
import { reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'

/** Emits a product and what follows it as the one operation that the engine has for all of it. */
export function emitFused(node: Node, { product, bias, relu }: ProductFusion, lowering: Lowering): void {
  const added = bias && lowering.compact(bias)
  if (product.op === 'conv2d') {
    const vector = added && reshape(lowering.onnx, added, [product.shape[3] as number])
    emitConv(node, product, { bias: vector, relu }, lowering)
  } else {
    const { inputs, attributes } = product as NodeOf<'matmul'>
    const [a, b] = inputs.map((operand) => lowering.full(operand)) as [Tensor, Tensor]
    lowering.define(node, gemm(lowering.onnx, added ? [a, b, added] : [a, b], attributes))
  }
}
