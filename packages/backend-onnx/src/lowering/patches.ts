import type { Pair } from '@lockstep/core'
import type { OnnxGraph } from './onnx-graph.ts'
import { reshape } from './shaping.ts'
import type { Tensor } from './tensor.ts'
import { type Window, windowAttributes } from './window.ts'

/**
 * What a window sees at each position, from `[N, C, H, W]` to `[N · C, taps, OH, OW]`: a convolution of every channel
 * with one-hot kernels.
 */
export function convolvedPatches(onnx: OnnxGraph, image: Tensor, window: Window, output: Pair): Tensor {
  const [n, c, h, w] = image.shape as [number, number, number, number]
  const taps = window.size[0] * window.size[1]
  const planes = reshape(onnx, image, [n * c, 1, h, w])
  const inputs = [planes, oneHotKernels(onnx, window.size)]
  return onnx.add('Conv', inputs, { shape: [n * c, taps, ...output] }, { attributes: windowAttributes(window) })
}

/** `[taps, 1, KH, KW]`: kernel i sees tap i and nothing else. */
export function oneHotKernels(onnx: OnnxGraph, [kh, kw]: Pair): Tensor {
  const taps = kh * kw
  const data = Float32Array.from({ length: taps * taps }, (_, index) => (index % (taps + 1) === 0 ? 1 : 0))
  return onnx.constant('float32', [taps, 1, kh, kw], data)
}

/** The same from `[N, H, W, C]` to `[N, OH · OW, taps · C]`, by copying the pixels: faster from some channels on. */
export function gatheredPatches(onnx: OnnxGraph, image: Tensor, window: Window, output: Pair): Tensor {
  const { size, strides, padding, dilations = [1, 1] } = window
  const [n, h, w, c] = image.shape as [number, number, number, number]
  const [[top, bottom], [left, right]] = padding
  const columns = w + left + right
  const padded = surrounded(onnx, image, [0, top, left, 0], [0, bottom, right, 0])
  const pixels: number[] = []
  for (let y = 0; y < output[0]; y++)
    for (let x = 0; x < output[1]; x++)
      for (let i = 0; i < size[0]; i++)
        for (let j = 0; j < size[1]; j++)
          pixels.push((y * strides[0] + i * dilations[0]) * columns + x * strides[1] + j * dilations[1])
  const index = onnx.constant('int32', [pixels.length], Int32Array.from(pixels))
  const rows = reshape(onnx, padded, [n, (h + top + bottom) * columns, c])
  const picked = onnx.add('Gather', [rows, index], { shape: [n, pixels.length, c] }, { attributes: { axis: 1 } })
  return reshape(onnx, picked, [n, output[0] * output[1], size[0] * size[1] * c])
}

/** Zeros around a tensor. */
export function surrounded(onnx: OnnxGraph, x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  if ([...before, ...after].every((count) => count === 0)) return x
  const shape = x.shape.map((extent, axis) => extent + (before[axis] as number) + (after[axis] as number))
  return onnx.add('Pad', [x, onnx.int64([...before, ...after])], { shape })
}
