import { type Shape, sizeOf } from '@lockstep/core'
import { OnnxGraph, type OnnxNode } from '../lowering/onnx-graph.ts'
import type { Tensor } from '../lowering/tensor.ts'

/**
 * Rearranges weights where the graph would at every run, so that tools find them in the order that ONNX prescribes;
 * constants that nobody uses any more are left out.
 */
export function foldConstants(graph: OnnxGraph): OnnxGraph {
  const folded = new OnnxGraph()
  for (const [name, tensor] of graph.inputs) folded.inputs.set(name, tensor)
  for (const [name, tensor] of graph.outputs) folded.outputs.set(name, tensor)
  const replaced = new Map<Tensor, Tensor>()
  const constants = new Map(graph.constants)
  const labels = new Map(graph.labels)
  const results = new Set(graph.outputs.values())
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((tensor) => tensor && (replaced.get(tensor) ?? tensor))
    const [source, output] = [inputs[0] as Tensor, node.outputs[0] as Tensor]
    const data = constants.get(source)
    if (data instanceof Float32Array && isRearrangement(node) && !results.has(output)) {
      const moved: Tensor = { ...output }
      constants.set(moved, node.op === 'Transpose' ? transposed(data, source.shape, node) : data)
      labels.set(moved, labels.get(source) ?? 'constant')
      replaced.set(output, moved)
    } else {
      folded.nodes.push({ ...node, inputs })
    }
  }
  const used = new Set(folded.nodes.flatMap(({ inputs }) => inputs))
  for (const [tensor, data] of constants) if (used.has(tensor)) folded.addConstant(tensor, data, labels.get(tensor))
  return folded
}

function isRearrangement({ op, inputs }: OnnxNode): boolean {
  return op === 'Transpose' || (op === 'Reshape' && inputs.length === 2)
}

function transposed(data: Float32Array, shape: Shape, { attributes }: OnnxNode): Float32Array {
  const permutation = attributes['perm'] as readonly number[]
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  const extents = permutation.map((axis) => shape[axis] as number)
  const steps = permutation.map((axis) => strides[axis] as number)
  const position = extents.map(() => 0)
  return data.map(() => {
    const from = position.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0)
    for (let axis = extents.length - 1; axis >= 0; axis--) {
      position[axis] = ((position[axis] as number) + 1) % (extents[axis] as number)
      if (position[axis] !== 0) break
    }
    return data[from] as number
  })
}
