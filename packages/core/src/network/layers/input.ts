import type { Shape } from '../../graph/node.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import type { Layer, SymbolicTensor } from '../layer.ts'
import { checkedShape } from '../option-checks.ts'

/** Options of {@link input}. */
export interface InputOptions {
  /** Shape of one sample, without the batch axis; `[]` where a sample is one number. */
  readonly shape: Shape
  /** Default `float32`. */
  readonly dtype?: 'float32' | 'int32'
}

/** The layer behind {@link input}; as in Keras it counts as one in a functional model. */
export const inputLayer: LayerFactory<InputOptions> = defineLayer(
  'InputLayer',
  ({ shape, dtype = 'float32' }: InputOptions) => ({
    config: { shape: checkedShape('input', 'shape', shape), dtype },
    stem: 'input',
    inputCount: [0, 0] as const,
    call: ([x]) => x,
  }),
)

/** An input of a functional model; hand it to `layer.apply` and name it among the model's `inputs`. */
export function input(options: InputOptions & { readonly name?: string }): SymbolicTensor {
  return inputTensor(inputLayer(options))
}

/** The value that an input layer stands for. */
export function inputTensor(layer: Layer): SymbolicTensor {
  const { shape, dtype } = layer.config as unknown as Required<InputOptions>
  return { shape, dtype, layer, inputs: [] }
}
