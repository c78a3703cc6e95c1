import type { DType, Node, RandomKind, Shape } from '../graph/node.ts'
import type { Initializer } from './initializers.ts'
import type { Regularizer } from './regularizers.ts'

/** A tensor that belongs to a layer. */
export interface WeightSpec {
  readonly shape: Shape
  readonly initializer: Initializer
  /** `parameter`: trained by its gradient. `statistic`: kept by the layer itself, e.g. a running mean. */
  readonly kind: 'parameter' | 'statistic'
  readonly regularizer?: Regularizer | undefined
}

/** What a layer may ask for while it is being traced. */
export interface LayerContext {
  readonly training: boolean
  /** The layer's own flag: a layer that is not trained may choose to keep its statistics still as well. */
  readonly trainable: boolean
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
  /** Unique within a model. A layer without a name of its own shows its class in snake case until a model names it. */
  readonly name: string
  /** Whether the name is final: given by the user, or by the first model that took the layer (`dense_1`). */
  readonly named: boolean
  /** As in Keras, e.g. `Dense`; the key for reading JSON. */
  readonly className: string
  /** Its options with defaults filled in, of which it can be made again. Plain data, save for functions and initialisers. */
  readonly config: Readonly<Record<string, unknown>>
  /** False: its parameters keep their values. Read when a model is compiled. */
  trainable: boolean
  /** Shape of one sample, for the first layer of a sequential model. */
  readonly inputShape?: Shape | undefined
  /** Dtype of the data, for the first layer of a sequential model; default: the first of `inputDTypes`. */
  readonly inputDType?: 'float32' | 'int32' | undefined
  /** The dtypes it takes. */
  readonly inputDTypes: readonly DType[]
  /** The least and the most inputs it takes. */
  readonly inputCount: readonly [least: number, most: number]
  /** Set where its int32 inputs are looked up in a table: they must be from 0 to below this. */
  readonly indexCount?: number | undefined
  /** Gives the name; a model does this once, in its own order, for a layer that is not `named`. */
  assignName(name: string): void
  /** The weights for inputs of these shapes, without the batch axis; throws `shape-mismatch` where they do not fit. */
  weights(inputShapes: readonly Shape[]): Readonly<Record<string, WeightSpec>>
  /** The result for a batch: every shape begins with the batch axis. */
  call(inputs: readonly Node[], weights: Readonly<Record<string, Node>>, context: LayerContext): Node
  /**
   * Connects the layer in a functional model. Throws `shape-mismatch` where the inputs do not fit; the message names
   * the layer and the shapes.
   */
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
