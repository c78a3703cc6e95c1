import type { Node, RandomKind, Shape } from '../graph/node.ts'
import type { Initializer } from './initializers.ts'
import type { Regularizer } from './regularizers.ts'

/** A tensor that belongs to a layer. */
export interface WeightSpec {
  readonly shape: Shape
  readonly initializer: Initializer
  /** `parameter`: trained by its gradient. `statistic`: kept by the layer itself, e.g. a running mean. */
  readonly kind: 'parameter' | 'statistic'
  readonly regularizer?: Regularizer
}

/** What a layer may ask for while it is being traced. */
export interface LayerContext {
  readonly training: boolean
  /**
   * A random tensor of shape `[samples, ...]` of this layer; the second one asked for in one call is independent of
   * the first. Only while training.
   */
  random(kind: RandomKind, shape: Shape, options?: { readonly probability?: number }): Node
  /**
   * Moves the statistic `weight` towards this batch: running ← momentum · running + (1 − momentum) · batchValue, with
   * the mean over all micro-batches and ranks, weighted by their samples, for `batchValue`. Only while training.
   */
  updateStatistic(weight: string, batchValue: Node, momentum: number): void
}

/**
 * One step of a model. Stateless: its weights live in the model under `<layer name>/<weight name>`, so a layer used
 * twice shares them. Make one with `defineLayer`.
 */
export interface Layer {
  /** Unique within a model; made from the class name and a number where the user gives none. */
  readonly name: string
  /** As in Keras, e.g. `Dense`; the key for `fromJSON`. */
  readonly className: string
  /** Plain JSON from which `fromJSON` makes the layer again. */
  readonly config: Readonly<Record<string, unknown>>
  /** False: its parameters keep their values. Read when a model is compiled. */
  trainable: boolean
  /** The weights for inputs of these shapes, without the batch axis; throws `shape-mismatch` where they do not fit. */
  weights(inputShapes: readonly Shape[]): Readonly<Record<string, WeightSpec>>
  /** The result for a batch: every shape begins with the batch axis. */
  call(inputs: readonly Node[], weights: Readonly<Record<string, Node>>, context: LayerContext): Node
  /** Connects the layer in a functional model. */
  apply(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor
}

/** A value of a functional model before it is traced: the result of applying a layer. */
export interface SymbolicTensor {
  /** Without the batch axis. */
  readonly shape: Shape
  readonly dtype: 'float32' | 'int32'
  readonly layer: Layer
  readonly inputs: readonly SymbolicTensor[]
}
