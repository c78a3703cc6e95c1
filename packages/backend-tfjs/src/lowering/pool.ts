import { type Node, type NodeOf, type Pair, sizeOf } from '@lockstep/core'
import type { Compute, Lowerings, Workshop } from './lowering.ts'
import { sumOver } from './reduction.ts'
import { folded, framed, laidOut, positionsOf, tapsOf, type Window, windowOf } from './window.ts'

type Pool = NodeOf<'maxPool2d' | 'avgPool2d'>

/** Engines pool without padding alone: some know none but TensorFlow's own two kinds. */
function pool(node: Pool, kernel: string, outside: number, { kernels }: Workshop): Compute {
  const { size, strides, padding } = node.attributes
  const attributes = { filterSize: size, strides, pad: 'valid', dimRoundingMode: undefined }
  return (x) => kernels.run(kernel, { x: framed(kernels, x, padding, outside) }, attributes)
}

function windowOfPool({ inputs, attributes, shape }: Pool): Window {
  return windowOf((inputs[0] as Node).shape, shape, attributes)
}

/** The zeros that were padded are no part of the mean. */
function averagePool(node: NodeOf<'avgPool2d'>, workshop: Workshop): Compute {
  const { kernels } = workshop
  const window = windowOfPool(node)
  const mean = pool(node, 'AvgPool', 0, workshop)
  if (node.attributes.padding.flat().every((count) => count === 0)) return mean
  const shares = portions(window).map((portion) => portion * tapsOf(window))
  const correction = workshop.constant(Float32Array.from(shares), [1, ...window.output, 1])
  return (x) => kernels.run('Multiply', { a: mean(x), b: correction })
}

/** 1 / (number of pixels of the image that the window covers) for each of its positions on an image. */
function portions({ image, output, size, strides, padding }: Window): number[] {
  const [rows, columns] = [0, 1].map((axis) =>
    Array.from({ length: output[axis] as number }, (_, index) => {
      const start = index * (strides[axis] as number) - (padding[axis] as Pair)[0]
      return Math.min(image[axis + 1] as number, start + (size[axis] as number)) - Math.max(0, start)
    }),
  ) as [number[], number[]]
  return rows.flatMap((height) => columns.map((width) => 1 / (height * width)))
}

/** Each window's gradient, shared equally among its pixels. */
function averagePoolGradient(node: NodeOf<'avgPool2dGradient'>, workshop: Workshop): Compute {
  const { kernels } = workshop
  const dyShape = (node.inputs[0] as Node).shape
  const window = windowOf(node.shape, dyShape, node.attributes)
  const portion = workshop.constant(Float32Array.from(portions(window)), [1, ...window.output, 1])
  const ones = workshop.filled(1, [tapsOf(window), 1, 1])
  return (dy) => {
    const share = kernels.run('Multiply', { a: dy, b: portion })
    const row = kernels.reshape(share, [1, positionsOf(window), window.image[3]])
    return folded(kernels, kernels.run('Multiply', { a: ones, b: row }), window)
  }
}

/** Each window's gradient, shared equally among the pixels that hold its maximum. */
function maxPoolGradient(node: NodeOf<'maxPool2dGradient'>, workshop: Workshop): Compute {
  const { kernels } = workshop
  const dyShape = (node.inputs[2] as Node).shape
  const window = windowOf(node.shape, dyShape, node.attributes)
  const [taps, row] = [tapsOf(window), [1, positionsOf(window), window.image[3]]]
  const count = sumOver([taps, sizeOf(dyShape)], [0], true, workshop)
  return (x, y, dy) => {
    const seen = laidOut(kernels, x, window, Number.NEGATIVE_INFINITY)
    // Repeated by copies: comparisons that broadcast are many times slower than others on some engines.
    const maxima = kernels.concat(Array(taps).fill(kernels.reshape(y, row)), 0)
    const hits = kernels.run('Cast', { x: kernels.run('Equal', { a: seen, b: maxima }) }, { dtype: 'float32' })
    const ties = count(kernels.reshape(hits, [taps, sizeOf(dyShape)]))
    const share = kernels.run('RealDiv', { a: kernels.reshape(dy, row), b: kernels.reshape(ties, row) })
    return folded(kernels, kernels.run('Multiply', { a: hits, b: share }), window)
  }
}

/** Pooling and its gradients. */
export const poolLowerings: Lowerings<'maxPool2d' | 'maxPool2dGradient' | 'avgPool2d' | 'avgPool2dGradient'> = {
  maxPool2d: (node, workshop) => pool(node, 'MaxPool', Number.NEGATIVE_INFINITY, workshop),
  maxPool2dGradient: maxPoolGradient,
  avgPool2d: averagePool,
  avgPool2dGradient: averagePoolGradient,
}
