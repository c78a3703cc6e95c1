import { gather } from '../../graph/ops/indexing.ts'
import { defineLayer, type LayerFactory } from '../define-layer.ts'
import { type InitializerOption, initializerOf } from '../initializers.ts'
import { positiveInteger } from '../option-checks.ts'
import { type Regularizer, regularizerOf } from '../regularizers.ts'

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** How many different indices there are: 0 … inputDim − 1. */
  readonly inputDim: number
  /** Length of the vectors. */
  readonly outputDim: number
  /** Default `randomUniform`, between ±0.05. */
  readonly embeddingsInitializer?: InitializerOption
  readonly embeddingsRegularizer?: Regularizer
}

/** A trained vector for each int32 index: `[...]` → `[..., outputDim]`, from `embeddings` `[inputDim, outputDim]`. */
export const embedding: LayerFactory<EmbeddingOptions> = defineLayer('Embedding', (options: EmbeddingOptions) => {
  const inputDim = positiveInteger('embedding', 'inputDim', options.inputDim)
  const outputDim = positiveInteger('embedding', 'outputDim', options.outputDim)
  const initializer = initializerOf(options.embeddingsInitializer ?? 'randomUniform')
  const regularizer = regularizerOf(options.embeddingsRegularizer)
  const own = { embeddingsInitializer: initializer, embeddingsRegularizer: regularizer }
  return {
    config: { inputDim, outputDim, ...own },
    inputDTypes: ['int32'],
    indexCount: inputDim,
    weights: () => ({ embeddings: { shape: [inputDim, outputDim], initializer, kind: 'parameter', regularizer } }),
    call: ([x], { embeddings }) => gather(embeddings, x),
  }
})
