import type { Node, NodeOf, Pair, Shape } from '@lockstep/core'
import type { Lowering } from './lowering.ts'
import type { OnnxGraph } from './onnx-graph.ts'
import { oneHotKernels } from './patches.ts'
import { pooled } from './pooled.ts'
import { cast, reshape } from './shaping.ts'
import { poolingLayout } from './spatial-layouts.ts'
import { sumOver } from './sum.ts'
import type { Tensor } from './tensor.ts'
import { cropped, spread, tiles, uncropped } from './tiling.ts'
import { pads, transposedAttributes, windowAttributes } from './window.ts'

type Operands = readonly [x: Tensor, y: Tensor, dy: Tensor]

/** Each window's gradient, shared equally among the positions that hold its maximum. */
export function maxPoolGradient(node: NodeOf<'maxPool2dGradient'>, lowering: Lowering): void {
  const layout = poolingLayout(node, lowering.options.block)
  const operands = node.inputs.map((operand) => lowering.full(operand, layout)) as unknown as Operands
  const emit = tiles(node.attributes) ? ofTiles : ofOverlappingWindows
  lowering.define(node as Node, emit(lowering.onnx, operands, node), layout)
}

/** Maxima and shares are spread over their windows and compared there. The division is done on the small tensor. */
function ofTiles(onnx: OnnxGraph, [x, y, dy]: Operands, { attributes, shape }: NodeOf<'maxPool2dGradient'>): Tensor {
  const { size } = attributes
  const peaks = spread(onnx, y, size)
  const covered = peaks.shape.slice(2, 4) as unknown as Pair
  const equal = onnx.add('Equal', [cropped(onnx, x, covered), peaks], { shape: peaks.shape, type: 'bool' })
  const hits = cast(onnx, equal, 'float32')
  const portion = pooled(onnx, 'AveragePool', hits, y.shape, attributes)
  const count = onnx.add('Mul', [portion, onnx.scalar(size[0] * size[1])], { shape: y.shape })
  const share = onnx.add('Div', [dy, count], { shape: y.shape })
  const dx = onnx.add('Mul', [hits, spread(onnx, share, size)], { shape: peaks.shape })
  return uncropped(onnx, dx, shape.slice(1, 3) as unknown as Pair)
}

/** Below every number, and no infinity: that would turn the zeros of one-hot kernels into NaN. */
const lowest = -3.4028234663852886e38

/**
 * Every window's elements are laid out by a convolution with one-hot kernels, compared with the maximum, given their
 * share, and added back in place by the transposed convolution.
 */
function ofOverlappingWindows(
  onnx: OnnxGraph,
  [x, y, dy]: Operands,
  { attributes }: NodeOf<'maxPool2dGradient'>,
): Tensor {
  const { size, padding } = attributes
  const [n, c, h, w] = x.shape as [number, number, number, number]
  const [top, left, bottom, right] = pads(padding) as [number, number, number, number]
  const planes: Shape = [n * c, 1, h, w]
  const padded: Shape = [n * c, 1, h + top + bottom, w + left + right]
  const border = onnx.int64([0, 0, top, left, 0, 0, bottom, right])
  const surrounded = onnx.add('Pad', [reshape(onnx, x, planes), border, onnx.scalar(lowest)], { shape: padded })
  const kernels = oneHotKernels(onnx, size)
  const [oh, ow] = y.shape.slice(2) as [number, number]
  const laidOut: Shape = [n * c, size[0] * size[1], oh, ow]
  const unpadded = {
    ...attributes,
    padding: [
      [0, 0],
      [0, 0],
    ],
  } as const
  const seen = onnx.add('Conv', [surrounded, kernels], { shape: laidOut }, { attributes: windowAttributes(unpadded) })
  const perWindow: Shape = [n * c, 1, oh, ow]
  const peaks = reshape(onnx, y, perWindow)
  const hits = cast(onnx, onnx.add('Equal', [seen, peaks], { shape: laidOut, type: 'bool' }), 'float32')
  const share = onnx.add('Div', [reshape(onnx, dy, perWindow), sumOver(onnx, hits, [1], true)], { shape: perWindow })
  const shares = onnx.add('Mul', [hits, share], { shape: laidOut })
  const back = transposedAttributes([h, w], attributes)
  const dx = onnx.add('ConvTranspose', [shares, kernels], { shape: planes }, { attributes: back })
  return reshape(onnx, dx, x.shape)
}
