import { LockstepError } from '../errors.ts'
import { type Node, type Shape, shapeError } from '../graph/node.ts'
import { input, state } from '../graph/ops/leaves.ts'
import { withScope } from '../graph/scope.ts'
import type { Layer, LayerContext, SymbolicTensor, WeightSpec } from './layer.ts'

/**
 * The result of applying a layer. Its shape is found by tracing the layer for a batch of one, so layers need no second
 * function that says their output's shape.
 */
export function applyLayer(layer: Layer, inputs: readonly SymbolicTensor[]): SymbolicTensor {
  return withScope(layer.name, () => {
    checkInputs(layer, inputs)
    const samples = inputs.map((tensor, index) => input(`input ${index}`, [1, ...tensor.shape], tensor.dtype))
    const weights = Object.entries(layer.weights(inputs.map((tensor) => tensor.shape)))
    const nodes = weights.map(([name, spec]) => [name, state(`weight ${name}`, spec.shape)] as const)
    const result = layer.call(samples, Object.fromEntries(nodes), inference(layer))
    return { ...checkResult(result), layer, inputs: [...inputs] }
  })
}

/** The weights of a layer for these inputs; errors name the layer. */
export function weightsOf(
  layer: Layer,
  inputs: readonly SymbolicTensor[],
): readonly (readonly [name: string, spec: WeightSpec])[] {
  return withScope(layer.name, () => Object.entries(layer.weights(inputs.map((tensor) => tensor.shape))))
}

/** What a layer may ask for outside training: nothing. */
export function inference(layer: Layer): LayerContext {
  const refuse = (what: string) => (): never => {
    throw new LockstepError(
      'invalid-state',
      { object: layer.name },
      `${layer.name} asked for ${what} outside training; ask only where context.training is true`,
    )
  }
  return {
    training: false,
    trainable: layer.trainable,
    random: refuse('a random tensor'),
    updateStatistic: refuse('a change of its statistics'),
  }
}

function checkInputs(layer: Layer, inputs: readonly SymbolicTensor[]): void {
  const [least, most] = layer.inputCount
  if (inputs.length < least || inputs.length > most) {
    const expected =
      least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`
    const advice = most === 1 ? '; join them first, e.g. with concatenate()' : ''
    throw new LockstepError(
      'invalid-argument',
      { argument: 'inputs' },
      `${layer.name} (${layer.className}) got ${inputs.length} inputs; expected ${expected}${advice}`,
    )
  }
  for (const { dtype, shape } of inputs) {
    if (layer.inputDTypes.includes(dtype)) continue
    throw shapeError(
      `an input of dtype ${dtype}`,
      [shape],
      `expected ${layer.inputDTypes.join(' or ')}; say so where the data comes in: input({ dtype }) or, on the first layer of a sequential model, inputDType`,
    )
  }
}

function checkResult(result: Node): { shape: Shape; dtype: 'float32' | 'int32' } {
  const [samples, ...shape] = result.shape
  if (samples !== 1) {
    throw shapeError(
      'the result for a batch of 1',
      [result.shape],
      'expected [1, ...]: a layer keeps the batch axis in front',
    )
  }
  if (result.dtype === 'bool') {
    throw shapeError('a bool result', [result.shape], "expected float32 or int32, use ops.cast(x, 'float32')")
  }
  return { shape, dtype: result.dtype }
}
