import type { Layer } from '../network/layer.ts'
import { Network, type NetworkEnds } from '../network/network.ts'
import { Model } from './model.ts'
import type { ModelOptions } from './model-options.ts'

/**
 * A model of layers one after the other; the first needs `inputShape`. Throws `invalid-argument` or `shape-mismatch`
 * where layers do not fit together.
 */
export function sequential(layers: readonly Layer[], options: ModelOptions = {}): Model {
  return new Model(Network.sequential(layers), { name: 'sequential_1', ...options })
}

/**
 * A model of everything that leads from `inputs` (made with `input()`) to `outputs`; layers may be used several times,
 * and by several models, each of which has values of its own. Throws `invalid-argument` where the ends are not connected.
 */
export function model(options: NetworkEnds & ModelOptions): Model {
  return new Model(Network.functional(options), options)
}
