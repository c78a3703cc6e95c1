import type { NodeOf, Shape } from '@lockstep/core'
import type { Tensor } from '../kernels.ts'
import { filterGradient, inputGradient } from './convolution-gradients.ts'
import { convolve } from './convolve.ts'
import { depthwise, depthwiseFilterGradient, depthwiseInputGradient } from './depthwise.ts'
import { type ConvolutionOp, type Geometry, geometryOf, isDepthwise, ofGroup } from './geometry.ts'
import type { Compute, Lowering, Lowerings, Workshop } from './lowering.ts'

const forward =
  (geometry: Geometry, { kernels }: Workshop): Compute =>
  (x, filter) =>
    convolve(kernels, x, filter, geometry)

type Plan = (geometry: Geometry, workshop: Workshop) => Compute

/** Of one group; where every channel is one; group by group, whose channels are the last axis of both operands. */
const lowering =
  <O extends ConvolutionOp>(ofOne: Plan, ofChannels: Plan): Lowering<O> =>
  (node, workshop) => {
    const geometry = geometryOf(node as unknown as NodeOf<ConvolutionOp>)
    const { groups } = geometry
    if (groups === 1) return ofOne(geometry, workshop)
    if (isDepthwise(geometry)) return ofChannels(geometry, workshop)
    const compute = ofOne(ofGroup(geometry), workshop)
    const [left, right] = (node.inputs as readonly { readonly shape: Shape }[]).map(({ shape }) => shape) as [
      Shape,
      Shape,
    ]
    return (a, b) => {
      const results = Array.from({ length: groups }, (_, group) =>
        compute(part(workshop, a, left, group, groups), part(workshop, b, right, group, groups)),
      )
      return workshop.kernels.concat(results, 3)
    }
  }

function part({ kernels }: Workshop, x: Tensor, shape: Shape, group: number, groups: number): Tensor {
  const size = shape.with(3, (shape[3] as number) / groups)
  return kernels.run('Slice', { x }, { begin: [0, 0, 0, group * (size[3] as number)], size })
}

/** Convolution of NHWC images with HWIO kernels, and its gradients. */
export const convolutionLowerings: Lowerings<ConvolutionOp> = {
  conv2d: lowering(forward, depthwise),
  conv2dInputGradient: lowering(inputGradient, depthwiseInputGradient),
  conv2dFilterGradient: lowering(filterGradient, depthwiseFilterGradient),
}
