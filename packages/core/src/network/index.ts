export { type ActivationFunction, type ActivationName, activationFunction } from './activations.ts'
export {
  defineLayer,
  type LayerBehaviour,
  type LayerClass,
  type LayerFactory,
  type LayerOptions,
  type WeightSpecs,
} from './define-layer.ts'
export * as initializers from './initializers/index.ts'
export {
  type DrawKey,
  type Initializer,
  type InitializerConfig,
  type InitializerName,
  type InitializerOption,
  initializerOf,
} from './initializers.ts'
export { type JSONOptions, type LayerJSON, type NetworkJSON, networkFromJSON, networkToJSON } from './json.ts'
export type { Layer, LayerContext, SymbolicTensor, WeightSpec } from './layer.ts'
export * from './layers/index.ts'
export {
  type LayerCall,
  Network,
  type NetworkEnds,
  type NetworkTrace,
  type NetworkWeight,
  type PortSpec,
  type StatisticUpdate,
  type TraceOptions,
} from './network.ts'
export type { Regularizer, RegularizerOptions } from './regularizers.ts'
export * as regularizers from './regularizers.ts'
export type { SummaryOptions } from './summary.ts'
