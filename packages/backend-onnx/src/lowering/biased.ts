import type { Node, NodeOf } from '@lockstep/core'
import { emitConv } from './conv.ts'
import type { BiasFusion } from './fusions.ts'
import type { Lowering } from './lowering.ts'
import { gemm } from './matmul.ts'
import { reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'

/** Emits a product and the addition of a bias as the one operation that ONNX has for both. */
export function emitBiased(node: Node, { product, bias }: BiasFusion, lowering: Lowering): void {
  const added = lowering.compact(bias)
  if (product.op === 'conv2d') {
    const vector = reshape(lowering.onnx, added, [product.shape[3] as number])
    lowering.define(node, emitConv(product, vector, lowering), 'channelsFirst')
  } else {
    const { inputs, attributes } = product as NodeOf<'matmul'>
    const [a, b] = inputs.map((operand) => lowering.full(operand)) as [Tensor, Tensor]
    lowering.define(node, gemm(lowering.onnx, [a, b, added], attributes))
  }
}
