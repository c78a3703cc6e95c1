import { LockstepError } from '../errors.ts'
import { showShape } from '../graph/node.ts'
import type { Layer, SymbolicTensor } from './layer.ts'

/** How the values of a model depend on one another. */
export interface Topology {
  /** Every value, operands before users: by falling distance from the outputs. */
  readonly values: readonly SymbolicTensor[]
  /** The longest way from each value to an output, in layers. */
  readonly depths: ReadonlyMap<SymbolicTensor, number>
  /** Every layer once, in the order that Keras gives `model.layers`, input layers included. */
  readonly layers: readonly Layer[]
}

/**
 * Orders what leads from the inputs to the outputs as Keras does: layers by falling depth, at equal depth in the order
 * in which a walk from the outputs backwards meets them. Throws where the two are not connected.
 */
export function topologyOf(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): Topology {
  const finished = new Set<SymbolicTensor>()
  const met: Layer[] = []
  const visit = (tensor: SymbolicTensor): void => {
    if (finished.has(tensor)) return
    if (!met.includes(tensor.layer)) met.push(tensor.layer)
    for (const operand of tensor.inputs) visit(operand)
    finished.add(tensor)
  }
  for (const output of outputs) visit(output)
  checkConnected(inputs, finished)
  const depths = depthsOf([...finished])
  const values = [...finished].sort((a, b) => depthIn(depths, b) - depthIn(depths, a))
  const layerDepth = new Map<Layer, number>()
  for (const tensor of values) {
    layerDepth.set(tensor.layer, Math.max(layerDepth.get(tensor.layer) ?? 0, depthIn(depths, tensor)))
  }
  const layers = met.sort((a, b) => (layerDepth.get(b) ?? 0) - (layerDepth.get(a) ?? 0))
  return { values, depths, layers }
}

function depthsOf(postOrder: readonly SymbolicTensor[]): Map<SymbolicTensor, number> {
  const depths = new Map<SymbolicTensor, number>()
  for (const tensor of [...postOrder].reverse()) {
    const depth = depthIn(depths, tensor)
    depths.set(tensor, depth)
    for (const operand of tensor.inputs) depths.set(operand, Math.max(depth + 1, depthIn(depths, operand)))
  }
  return depths
}

function depthIn(depths: ReadonlyMap<SymbolicTensor, number>, tensor: SymbolicTensor): number {
  return depths.get(tensor) ?? 0
}

function checkConnected(inputs: readonly SymbolicTensor[], reached: ReadonlySet<SymbolicTensor>): void {
  for (const tensor of inputs) {
    if (!reached.has(tensor)) throw disconnected(tensor, 'leads to none of the outputs; leave it out of `inputs`')
  }
  for (const tensor of reached) {
    if (tensor.inputs.length > 0 || inputs.includes(tensor)) continue
    throw disconnected(tensor, 'is needed for the outputs but is not among the inputs; add it to `inputs`')
  }
}

function disconnected({ layer, shape }: SymbolicTensor, problem: string): LockstepError {
  return new LockstepError(
    'invalid-argument',
    { argument: 'inputs' },
    `the model's graph is disconnected: ${layer.named ? `'${layer.name}'` : `the ${layer.name}`} of shape ${showShape(shape)} ${problem}`,
  )
}
