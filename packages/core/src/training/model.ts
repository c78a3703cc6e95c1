import type { Device } from '../backend/backend.ts'
import { History } from '../callbacks/history.ts'
import { LockstepError } from '../errors.ts'
import type { Graph } from '../graph/graph.ts'
import { sizeOf } from '../graph/node.ts'
import { networkToJSON } from '../network/json.ts'
import type { Layer } from '../network/layer.ts'
import type { Network } from '../network/network.ts'
import { type SummaryOptions, summary } from '../network/summary.ts'
import type { Logs, TrainedModel } from './callback.ts'
import { type Compiled, type CompileOptions, compileFor } from './compile.ts'
import type { ModelData } from './data.ts'
import { runFit, type TrainingProgress } from './fit.ts'
import { type FitOptions, fitPlan } from './fit-plan.ts'
import { evaluateBatches, predictBatches } from './measure.ts'
import {
  type Dataset,
  datasetSource,
  inputSet,
  isDataset,
  trainingSet,
  type WeightOptions,
  wholeBatch,
} from './model-data.ts'
import { modelFile } from './model-file.ts'
import { ModelState } from './model-state.ts'
import type { NdArray } from './ndarray.ts'
import { nodeTools } from './platform.ts'
import { predictGraph } from './program.ts'
import { arraySource } from './source.ts'
import { after, Steps } from './steps.ts'
import { sumsLayout, Totals } from './totals.ts'
import { accumulatedUnits } from './units.ts'

/** Options of `sequential` and `model`. */
export interface ModelOptions {
  readonly name?: string
  /** Decides initial weights, shuffling and every random tensor: an integer from 0 to 2⁵³ − 1. Default 0. */
  readonly seed?: number
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends WeightOptions {
  /** Samples in one call; the figures do not depend on it. Default 32. */
  readonly batchSize?: number
  /** Batches to take, for datasets without an end. */
  readonly steps?: number
}

/**
 * A network with values: trained, measured, asked and saved. Compile it with a backend first. Work on one model is done
 * one call after another: await each.
 */
export class Model implements TrainedModel, AsyncDisposable {
  readonly name: string
  readonly seed: number
  readonly network: Network
  /** Set by callbacks: ends training after the current batch. */
  stopTraining = false
  /** Of the last `fit`. */
  history: History | undefined
  /** Where training stands. */
  readonly progress: TrainingProgress = { step: 0, samples: 0, epoch: 0, batch: 0, totals: [] }
  readonly #state: ModelState
  #compiled: Compiled | undefined
  #steps: Steps | undefined

  constructor(network: Network, { name = 'model_1', seed = 0 }: ModelOptions = {}) {
    this.network = network
    this.name = name
    this.seed = seed
    this.#state = new ModelState(network, seed)
  }

  get layers(): readonly Layer[] {
    return this.network.layers
  }

  /** The layer of that name; throws `unknown-name`. */
  getLayer(name: string): Layer {
    return this.network.layer(name)
  }

  /** Number of values in all weights. */
  countParams(): number {
    return this.network.weights.reduce((count, { spec }) => count + sizeOf(spec.shape), 0)
  }

  /** The model as a table in Keras' layout. */
  summary(options?: SummaryOptions): string {
    return summary(this.network, options)
  }

  /** The network as plain JSON, without values; see `modelFromJSON`. */
  toJSON(): unknown {
    return { name: this.name, seed: this.seed, network: networkToJSON(this.network) }
  }

  /**
   * Says what to train towards, how and where. Nothing is loaded until the first call that computes. Compiling again
   * keeps the weights and begins with a new learner.
   */
  compile(options: CompileOptions): void {
    this.#compiled = compileFor(this.network, options)
    this.#steps = undefined
    this.#state.program(this.#compiled)
    Object.assign(this.progress, { step: 0, samples: 0, epoch: 0, batch: 0, totals: [] })
  }

  /** What the last `compile` was given. */
  get compiled(): Compiled | undefined {
    return this.#compiled
  }

  /** Trains on arrays, or on a dataset of batches. Resolves to the figures of every epoch, also in `history`. */
  async fit(x: ModelData, y: ModelData, options?: FitOptions): Promise<History>
  async fit(dataset: Dataset, options?: FitOptions): Promise<History>
  async fit(x: ModelData | Dataset, y?: ModelData | FitOptions, options?: FitOptions): Promise<History> {
    const compiled = this.#trainable()
    const data = isDataset(x) ? { dataset: x } : { x, y: y as ModelData }
    const fitOptions = (isDataset(x) ? (y as FitOptions | undefined) : options) ?? {}
    this.history = new History()
    const plan = await fitPlan(compiled, data, fitOptions, {
      seed: this.seed,
      progress: this.progress,
      history: this.history,
    })
    const session = await this.#state.open()
    const steps = await this.#openSteps()
    this.stopTraining = false
    steps.nonFinite = undefined
    await this.#state.exclusively('fit', () => runFit({ model: this, session, steps, progress: this.progress, plan }))
    return this.history
  }

  /** Loss and metrics over data, by name, in inference mode. */
  async evaluate(x: ModelData, y: ModelData, options?: EvaluateOptions): Promise<Logs>
  async evaluate(dataset: Dataset, options?: EvaluateOptions): Promise<Logs>
  async evaluate(x: ModelData | Dataset, y?: ModelData | EvaluateOptions, options?: EvaluateOptions): Promise<Logs> {
    const { program } = this.#withLoss()
    const session = await this.#state.open()
    if (isDataset(x)) {
      const { steps } = (y as EvaluateOptions | undefined) ?? {}
      const source = datasetSource(program, x, steps === undefined ? {} : { limit: steps })
      return (await evaluateBatches(session, source.epoch(0, 0))).figures()
    }
    const { batchSize = 32, ...weights } = options ?? {}
    const source = arraySource(trainingSet(program, x, y as ModelData, weights), { batchSize, shuffle: false, seed: 0 })
    return (await evaluateBatches(session, source.epoch(0, 0))).figures()
  }

  /** The outputs for all samples: one array, or one for each output of the model. */
  async predict(x: ModelData, { batchSize = 32 }: { readonly batchSize?: number } = {}): Promise<NdArray> {
    return (await this.predictAll(x, { batchSize }))[0] as NdArray
  }

  /** As {@link predict}, of a model with several outputs: one array for each. */
  async predictAll(x: ModelData, { batchSize = 32 }: { readonly batchSize?: number } = {}): Promise<NdArray[]> {
    const { program } = this.#requireCompiled('predict')
    const source = arraySource(inputSet(program, x), { batchSize, shuffle: false, seed: 0 })
    return predictBatches(await this.#state.open(), source.epoch(0, 0))
  }

  /** One update on one batch; returns its loss and metrics, as they were before the update. */
  async trainOnBatch(x: ModelData, y: ModelData, options: WeightOptions = {}): Promise<Logs> {
    const { program } = this.#trainable()
    const batch = wholeBatch(trainingSet(program, x, y, options))
    const steps = await this.#openSteps()
    const totals = new Totals(sumsLayout(program.objectives))
    await this.#state.exclusively('trainOnBatch', async () => {
      for (const unit of accumulatedUnits([batch])) {
        const [sums] = await steps.run(await steps.stage(unit, this.progress), this.progress)
        totals.add(sums as Float32Array, batch)
        Object.assign(this.progress, after(this.progress, unit))
      }
    })
    return totals.figures()
  }

  /** Loss and metrics of one batch, in inference mode. */
  async testOnBatch(x: ModelData, y: ModelData, options: WeightOptions = {}): Promise<Logs> {
    const { program } = this.#withLoss()
    const batch = wholeBatch(trainingSet(program, x, y, options))
    return (await evaluateBatches(await this.#state.open(), [batch])).figures()
  }

  /** The rate that is in force, before `decay`. */
  getLearningRate(): number {
    return this.#trainable().learner.baseLearningRate(this.progress)
  }

  setLearningRate(rate: number): void {
    this.#trainable().learner.setLearningRate(rate)
  }

  /** Copies of all weights, in the order of `network.weights`. */
  async getWeights(): Promise<Float32Array[]> {
    return [...(await this.#state.weights()).values()]
  }

  /** Copies of all weights by name. */
  async namedWeights(): Promise<Map<string, Float32Array>> {
    return this.#state.weights()
  }

  /** Overwrites all weights; throws `shape-mismatch` naming the weight that does not fit. Nothing changes then. */
  async setWeights(weights: readonly (Float32Array | NdArray)[]): Promise<void> {
    await this.#state.setWeights(
      weights.map((weight) => (weight instanceof Float32Array ? weight : Float32Array.from(weight.data))),
    )
  }

  /** SHA-256 over the bytes of all weights in their order, in hexadecimal digits. */
  async parametersSha256(): Promise<string> {
    return this.#state.sha256()
  }

  /** Where the model runs. */
  async device(): Promise<Device> {
    this.#requireCompiled('a device')
    return (await this.#state.open()).replica.device
  }

  /** The first input or layer whose value was not finite when a loss of this training was not, if any. */
  async locateNonFinite(): Promise<string | undefined> {
    return this.#steps?.nonFinite
  }

  /** From `x/<input>` and the weights in the state to one output for each of the model's, for that many samples. */
  inferenceGraph(batchSize: number): Graph {
    return predictGraph(this, batchSize)
  }

  /** The model file as bytes: network, weights and, unless `weightsOnly`, everything needed to go on training. */
  async serialize({ weightsOnly = false }: { readonly weightsOnly?: boolean } = {}): Promise<Uint8Array> {
    return modelFile(this, this.#state, weightsOnly)
  }

  /** Writes {@link serialize} to a file, which appears complete or not at all. Node only. */
  async save(path: string, options?: { readonly weightsOnly?: boolean }): Promise<void> {
    const { writeFileAtomic } = await nodeTools('model.save(path)')
    await writeFileAtomic(path, await this.serialize(options))
  }

  /** Takes values of the state, e.g. from a model file: weights and the learner's slots. */
  async restore(values: ReadonlyMap<string, Float32Array>, progress?: TrainingProgress): Promise<void> {
    await this.#state.restore(values)
    if (progress !== undefined) Object.assign(this.progress, progress)
  }

  /** Frees the engine's memory. Every later call that computes rejects with `disposed`. May be called twice. */
  async dispose(): Promise<void> {
    await this.#state.dispose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose()
  }

  async #openSteps(): Promise<Steps> {
    const { learner, stepsPerExecution } = this.#trainable()
    const session = await this.#state.open()
    this.#steps ??= new Steps(session, learner, this.seed, stepsPerExecution > 1)
    return this.#steps
  }

  #trainable(): Compiled & { readonly learner: NonNullable<Compiled['learner']> } {
    const compiled = this.#withLoss()
    const { learner } = compiled
    if (learner !== undefined) return { ...compiled, learner }
    throw this.#missing('training', 'a learner', "learner: 'rmsprop'")
  }

  #withLoss(): Compiled {
    const compiled = this.#requireCompiled('training and evaluation')
    if (compiled.program.objectives.length > 0) return compiled
    throw this.#missing('training and evaluation', 'a loss', "loss: 'categoricalCrossentropy'")
  }

  #requireCompiled(what: string): Compiled {
    this.#state.checkOpen()
    if (this.#compiled !== undefined) return this.#compiled
    throw this.#missing(what, 'a backend', 'backend: onnx()')
  }

  #missing(what: string, thing: string, example: string): LockstepError {
    return new LockstepError(
      'invalid-state',
      { object: this.name },
      `${what} needs ${thing}, but ${this.name} has none: call model.compile({ ${example}, … }) first`,
    )
  }
}
