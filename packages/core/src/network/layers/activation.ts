import { type ActivationFunction, type ActivationName, activationFunction } from '../activations.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'

/** Options of {@link activation}. */
export interface ActivationOptions {
  /** By name, or a function of your own over graph operations. */
  readonly activation: ActivationName | ActivationFunction
}

/** Applies an activation; the shape stays. */
export const activation: LayerFactory<ActivationOptions> = defineLayer('Activation', (options: ActivationOptions) => {
  const apply = activationFunction(options.activation)
  return { config: { activation: options.activation }, call: ([x]) => apply(x) }
})
