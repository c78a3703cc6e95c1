import { LockstepError } from '../errors.ts'
import type { DType, Node, Shape } from '../graph/node.ts'
import type { Layer, LayerContext, SymbolicTensor, WeightSpec } from './layer.ts'
import { checkName, stemOf } from './layer-names.ts'
import { checkedShape } from './option-checks.ts'
import { applyLayer } from './symbolic.ts'

/** What every layer can be told, besides its own options. */
export interface LayerOptions {
  /** Unique within the model. Default: the class in snake case and a number, counted per model: `dense_1`. */
  readonly name?: string
  /** False: the layer's parameters are not trained. Default true; can be changed before `compile`. */
  readonly trainable?: boolean
  /** Shape of one sample, without the batch axis; the first layer of a sequential model needs it. */
  readonly inputShape?: Shape
  /** Dtype of the data, on the first layer of a sequential model. Default: what the layer takes, mostly float32. */
  readonly inputDType?: 'float32' | 'int32'
}

/** Weights by name; an absent one (no bias) may be left undefined. */
export type WeightSpecs = { readonly [name: string]: WeightSpec | undefined }

/** What a layer does, given its options. */
export interface LayerBehaviour<Specs extends WeightSpecs = WeightSpecs> {
  /** Plain JSON that `build` accepts as options again. Default: the options as they were given. */
  readonly config?: Readonly<Record<string, unknown>>
  /** The dtypes it takes. Default: float32 alone. */
  readonly inputDTypes?: readonly DType[]
  /** The least and the most inputs it takes. Default: one. */
  readonly inputCount?: readonly [least: number, most: number]
  /** Where it looks its int32 inputs up in a table, the number of its rows: other data is then refused. */
  readonly indexCount?: number
  /** What automatic names begin with. Default: the class in snake case. */
  readonly stem?: string
  /** The weights for inputs of these shapes, without the batch axis. Default: none. */
  weights?(inputShapes: readonly [Shape, ...Shape[]]): Specs
  /** The result for a batch. Every shape begins with the batch axis, the result's too. */
  call(
    inputs: readonly [Node, ...Node[]],
    weights: { readonly [Name in keyof Specs]: Specs[Name] extends WeightSpec ? Node : Node | undefined },
    context: LayerContext,
  ): Node
}

/** Makes layers of one class; the result of {@link defineLayer}. */
export type LayerFactory<Options extends object> = (Record<never, never> extends Options
  ? (options?: Options & LayerOptions) => Layer
  : (options: Options & LayerOptions) => Layer) &
  LayerClass

/** A class of layers as JSON knows it. */
export interface LayerClass {
  readonly className: string
  /** A layer from its `config` and the options common to all. */
  fromConfig(config: Readonly<Record<string, unknown>>, options?: LayerOptions): Layer
}

/**
 * Defines a class of layers, just as the built-in ones are: `build` turns options into plain functions over graph
 * operations. `className` is its name in JSON and in summaries.
 *
 * ```ts
 * const scale = defineLayer('Scale', ({ start = 1 }: { readonly start?: number }) => ({
 *   weights: ([shape]) => ({ gain: { shape, initializer: initializers.constant({ value: start }), kind: 'parameter' } }),
 *   call: ([x], { gain }) => ops.mul(x, gain),
 * }))
 * ```
 */
export function defineLayer<Options extends object, Specs extends WeightSpecs>(
  className: string,
  build: (options: Options) => LayerBehaviour<Specs>,
): LayerFactory<Options> {
  const make = (options: Options & LayerOptions): Layer => {
    const { name, trainable, inputShape, inputDType, ...own } = options
    const behaviour = build(own as unknown as Options)
    const erased = behaviour as unknown as LayerBehaviour
    return new DefinedLayer(className, erased, behaviour.config ?? { ...own }, options)
  }
  const factory = (options?: Options & LayerOptions): Layer => make(options ?? ({} as Options & LayerOptions))
  const fromConfig: LayerClass['fromConfig'] = (config, options = {}) => make({ ...(config as Options), ...options })
  return Object.assign(factory, { className, fromConfig }) as unknown as LayerFactory<Options>
}

class DefinedLayer implements Layer {
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
  readonly inputShape: Shape | undefined
  readonly inputDType: 'float32' | 'int32' | undefined
  readonly inputDTypes: readonly DType[]
  readonly inputCount: readonly [number, number]
  readonly indexCount: number | undefined
  trainable: boolean
  readonly #behaviour: LayerBehaviour
  #name: string | undefined

  constructor(
    className: string,
    behaviour: LayerBehaviour,
    config: Readonly<Record<string, unknown>>,
    options: LayerOptions,
  ) {
    this.className = className
    this.config = Object.freeze(config)
    this.#behaviour = behaviour
    this.#name = options.name === undefined ? undefined : checkName(options.name)
    this.trainable = options.trainable ?? true
    const { inputShape } = options
    this.inputShape = inputShape === undefined ? undefined : checkedShape(className, 'inputShape', inputShape)
    this.inputDType = options.inputDType
    this.inputDTypes = behaviour.inputDTypes ?? ['float32']
    this.inputCount = behaviour.inputCount ?? [1, 1]
    this.indexCount = behaviour.indexCount
  }

  get name(): string {
    return this.#name ?? this.#behaviour.stem ?? stemOf(this.className)
  }

  get named(): boolean {
    return this.#name !== undefined
  }

  assignName(name: string): void {
    if (this.#name !== undefined) {
      throw new LockstepError(
        'invalid-state',
        { object: this.#name },
        `layer '${this.#name}' cannot become '${name}': a layer keeps its first name`,
      )
    }
    this.#name = checkName(name)
  }

  weights(inputShapes: readonly Shape[]): Readonly<Record<string, WeightSpec>> {
    const specs = this.#behaviour.weights?.(inputShapes as [Shape, ...Shape[]]) ?? {}
    const present = Object.entries(specs).filter((entry): entry is [string, WeightSpec] => entry[1] !== undefined)
    return Object.fromEntries(present)
  }

  call(inputs: readonly Node[], weights: Readonly<Record<string, Node>>, context: LayerContext): Node {
    return this.#behaviour.call(inputs as [Node, ...Node[]], weights, context)
  }

  apply(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    return applyLayer(this, 'layer' in inputs ? [inputs] : inputs)
  }
}
