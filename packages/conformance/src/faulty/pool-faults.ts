import { type Kernels, reference, referenceKernels as right } from '@lockstep/backend-reference'
import type { Node, NodeOf, Padding2d } from '@lockstep/core'
import type { TestId } from '../backend-tests.ts'
import type { Fault } from './fault.ts'

const fault = (mistake: string, kernels: Partial<Kernels>, ...caughtBy: [TestId, ...TestId[]]): Fault => ({
  mistake,
  backend: () => reference(kernels),
  caughtBy,
})

const none: Padding2d = [
  [0, 0],
  [0, 0],
]

/** The pooling of an image that was surrounded by zeros before, and that image. */
function padded<O extends 'maxPool2d' | 'avgPool2d'>(node: NodeOf<O>, x: Float64Array): [NodeOf<O>, Float64Array] {
  const { padding } = (node as NodeOf<'maxPool2d'>).attributes
  const image = node.inputs[0] as Node
  const [before, after] = [0, 1].map((side) => [0, ...padding.map((pair) => pair[side] as number), 0]) as [
    number[],
    number[],
  ]
  const shape = image.shape.map((extent, axis) => extent + (before[axis] as number) + (after[axis] as number))
  const surrounded = { ...image, op: 'pad', inputs: [image], shape, attributes: { before, after, value: 0 } } as const
  const pool = { ...node, inputs: [surrounded], attributes: { ...node.attributes, padding: none } }
  return [pool as NodeOf<O>, right.pad(surrounded, x)]
}

/** Mistakes inside pooling. */
export const poolFaults: readonly Fault[] = [
  fault(
    'maxPool2d gives the gradient to the first of equal maxima',
    {
      maxPool2dGradient: (node, x, _, dy) => {
        const [image, result] = node.inputs as readonly [Node, Node]
        const distinct = x.map((value, at) => value - at * 1e-9)
        const pool = { ...node, op: 'maxPool2d', inputs: [image], shape: result.shape } as const
        return right.maxPool2dGradient(node, distinct, right.maxPool2d(pool, distinct), dy)
      },
    },
    'maxPool2dGradient: ties (forward)',
    'maxPool2d: ties, windows overlap (gradient)',
    'maxPool2d: ties, same (gradient)',
  ),
  fault(
    'maxPool2d gives the whole gradient to each of equal maxima',
    {
      maxPool2dGradient: (node, x, y, dy) => {
        const ones = new Float64Array(dy.length).fill(1)
        const shares = right.maxPool2dGradient(node, x, y, ones)
        const gradient = right.maxPool2dGradient(node, x, y, dy)
        return gradient.map((value, at) => (shares[at] === 0 ? 0 : value / (shares[at] as number)))
      },
    },
    'maxPool2dGradient: ties (forward)',
    'maxPool2d: ties (gradient)',
    'training: convolutions and overlapping maxima on flat images',
  ),
  fault(
    'maxPool2d pads with zeros',
    { maxPool2d: (node, x) => right.maxPool2d(...padded(node, x)) },
    'maxPool2d: all negative, same (forward)',
    'maxPool2d: uneven padding (forward)',
  ),
  fault(
    'avgPool2d counts the padding',
    { avgPool2d: (node, x) => right.avgPool2d(...padded(node, x)) },
    'avgPool2d: ones stay ones (forward)',
    'avgPool2d: same (forward)',
    'training: depthwise convolutions with batch statistics',
  ),
]
