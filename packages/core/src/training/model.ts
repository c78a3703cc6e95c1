import { requireArgument } from '../arguments.ts'
import type { Device } from '../backend/backend.ts'
import { History } from '../callbacks/history.ts'
import { together } from '../distributed/group.ts'
import { meet } from '../distributed/meet.ts'
import { sharedBatch } from '../distributed/shared-batch.ts'
import type { Graph } from '../graph/graph.ts'
import { sizeOf } from '../graph/node.ts'
import { networkToJSON } from '../network/json.ts'
import type { Layer } from '../network/layer.ts'
import type { Network } from '../network/network.ts'
import { type SummaryOptions, summary } from '../network/summary.ts'
import type { Logs, TrainedModel } from './callback.ts'
import { type Compiled, type CompileOptions, compileFor } from './compile.ts'
import type { ModelData } from './data.ts'
import { type Dataset, givenData } from './dataset.ts'
import { type EvaluateOptions, evaluationSource, testSource } from './evaluation.ts'
import { runFit } from './fit.ts'
import { type FitOptions, fitPlan } from './fit-plan.ts'
import { makeSteps } from './make-steps.ts'
import { evaluateBatches, predictBatches } from './measure.ts'
import { inputSet, trainingSet, type WeightOptions, wholeBatch } from './model-data.ts'
import { modelFile } from './model-file.ts'
import type { ModelOptions } from './model-options.ts'
import { ModelState } from './model-state.ts'
import type { NdArray } from './ndarray.ts'
import { nodeTools } from './platform.ts'
import { gradientsGraph, predictGraph } from './program.ts'
import type { TrainingProgress } from './progress.ts'
import { requireCompiled, requireLearner, requireLoss } from './requirements.ts'
import type { Session } from './session.ts'
import { sha256 } from './sha256.ts'
import { arraySource, type BatchSource } from './source.ts'
import type { StepRunner } from './step-runner.ts'
import { trainBatch } from './train-batch.ts'

/**
 * A network with values: trained, measured, asked and saved. Compile it with a backend first. Calls made together take
 * turns: a model can be asked, measured and saved between the steps of its training. Only one call at a time trains it;
 * another is refused with `invalid-state`. With a learner made by `dataParallel`, `fit`, `trainOnBatch`, `evaluate` and
 * `testOnBatch` are calls of all ranks.
 */
export class Model implements TrainedModel, AsyncDisposable {
  readonly name: string
  readonly seed: number
  readonly network: Network
  /** Set by callbacks: ends training after the current batch; of gradients that are accumulated, after their update. */
  stopTraining = false
  /** Of the last `fit`; of one that failed, up to there. */
  history: History | undefined
  /** Where training stands: after its last update, whichever epoch or batch a callback is being told of. */
  readonly progress: TrainingProgress = { step: 0, samples: 0, epoch: 0, batch: 0, totals: [] }
  readonly #state: ModelState
  #compiled: Compiled | undefined
  #steps: StepRunner | undefined

  constructor(network: Network, { name = 'model_1', seed = 0 }: ModelOptions = {}) {
    requireArgument(name, 'seed', seed, Number.isSafeInteger(seed) && seed >= 0, 'an integer from 0 to 2⁵³ − 1')
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
   * keeps the weights and begins with a new learner; not while the model is being trained (`invalid-state`). Throws
   * `unknown-name`, `invalid-argument` or `unsupported` for what does not fit the network or the backend.
   */
  compile(options: CompileOptions): void {
    const compiled = compileFor(this.network, options)
    this.#state.program(compiled)
    this.#compiled = compiled
    this.#steps = undefined
    Object.assign(this.progress, { step: 0, samples: 0, epoch: 0, batch: 0, totals: [] })
  }

  /** What the last `compile` was given. */
  get compiled(): Compiled | undefined {
    return this.#compiled
  }

  /**
   * Trains on arrays, or on a dataset of batches. Resolves to the figures of every epoch, also in `history`. Options and
   * data are checked before anything changes. When a callback, the dataset or the engine fails it rejects with that;
   * `progress` is then where training came to.
   */
  async fit(x: ModelData, y: ModelData, options?: FitOptions): Promise<History>
  async fit(dataset: Dataset, options?: FitOptions): Promise<History>
  async fit(x: ModelData | Dataset, y?: ModelData | FitOptions, options?: FitOptions): Promise<History> {
    return this.#training('fit', async (compiled) => {
      const given = givenData<FitOptions>(x, y, options)
      const history = new History()
      await this.#meet(compiled, 'fit', true)
      const { seed, progress } = this
      const plan = await fitPlan(compiled, given.data, given.options, { seed, progress, history })
      const { session, steps } = await this.#openSteps()
      this.history = history
      this.stopTraining = false
      await runFit({ model: this, session, steps, progress, plan, compiled })
      return history
    })
  }

  /**
   * Loss and metrics over data, by name, in inference mode: exact means over all samples, whatever the batches. NaN where
   * there are no samples.
   */
  async evaluate(x: ModelData, y: ModelData, options?: EvaluateOptions): Promise<Logs>
  async evaluate(dataset: Dataset, options?: EvaluateOptions): Promise<Logs>
  async evaluate(x: ModelData | Dataset, y?: ModelData | EvaluateOptions, options?: EvaluateOptions): Promise<Logs> {
    const given = givenData<EvaluateOptions>(x, y, options)
    return this.#measure('evaluate', (compiled) => evaluationSource(compiled, given.data, given.options))
  }

  /** The output for all samples, `[samples, …]`, computed `batchSize` at a time; of several outputs the first. */
  async predict(x: ModelData, { batchSize = 32 }: { readonly batchSize?: number } = {}): Promise<NdArray> {
    return (await this.predictAll(x, { batchSize }))[0] as NdArray
  }

  /** As {@link predict}, of a model with several outputs: one array for each. */
  async predictAll(x: ModelData, { batchSize = 32 }: { readonly batchSize?: number } = {}): Promise<NdArray[]> {
    this.#state.checkOpen()
    const { program } = requireCompiled(this, 'predict')
    const source = arraySource(inputSet(program, x), { batchSize, shuffle: false, seed: 0 })
    return predictBatches(await this.#state.open(), source.epoch(0, 0))
  }

  /** One update on all samples as one batch; returns its loss and metrics, as they were before the update. */
  async trainOnBatch(x: ModelData, y: ModelData, options: WeightOptions = {}): Promise<Logs> {
    return this.#training('trainOnBatch', async (compiled) => {
      const own = wholeBatch(trainingSet(compiled.program, x, y, options))
      await this.#meet(compiled, 'trainOnBatch')
      const batch = compiled.group === undefined ? own : await sharedBatch(compiled.group, own)
      return trainBatch({ ...(await this.#openSteps()), progress: this.progress }, batch)
    })
  }

  /** Loss and metrics of all samples as one batch, in inference mode. */
  async testOnBatch(x: ModelData, y: ModelData, options: WeightOptions = {}): Promise<Logs> {
    return this.#measure('testOnBatch', ({ program, group }) => testSource(group, trainingSet(program, x, y, options)))
  }

  /** The rate that is in force, before `decay`. */
  getLearningRate(): number {
    return requireLearner(this).learner.baseLearningRate(this.progress)
  }

  /** Sets the rate from the next update on, in place of a schedule too. */
  setLearningRate(rate: number): void {
    requireLearner(this).learner.setLearningRate(rate)
  }

  /** Copies of all weights, in the order of `network.weights`, each row-major in its spec's shape. */
  async getWeights(): Promise<Float32Array[]> {
    return [...(await this.#state.copies()).values()]
  }

  /** Copies of all weights by name. */
  async namedWeights(): Promise<Map<string, Float32Array>> {
    return this.#state.copies()
  }

  /** Overwrites all weights with copies; throws `shape-mismatch` naming one that does not fit, and changes nothing then. */
  async setWeights(weights: readonly (Float32Array | NdArray)[]): Promise<void> {
    this.#compiled?.group?.markChanged()
    await this.#state.setWeights(
      weights.map((weight) => (weight instanceof Float32Array ? weight : Float32Array.from(weight.data))),
    )
  }

  /** SHA-256 over the bytes of all weights in their order, in hexadecimal digits. */
  async parametersSha256(): Promise<string> {
    return sha256((await this.#state.copies()).values())
  }

  /** Where the model runs; opens it if it is not running yet. Rejects with `unavailable` where that cannot be. */
  async device(): Promise<Device> {
    requireCompiled(this, 'a device')
    return (await this.#state.open()).replica.device
  }

  /**
   * The first input or layer whose value was not finite when, for the first time in the last `fit` or `trainOnBatch`, a
   * loss was not; `loss` where all were finite. With fused steps as of the weights after them.
   */
  async locateNonFinite(): Promise<string | undefined> {
    return this.#steps?.nonFinite
  }

  /** From `x/<input>` and the weights in the state to one output for each of the model's, for that many samples. */
  inferenceGraph(batchSize: number): Graph {
    return predictGraph(this, batchSize)
  }

  /**
   * One training step's graph for that many samples: from `x/<input>`, `y/<output>`, `w/<output>` (sample weights) and
   * the random inputs to loss and metric sums (`sums`) and, as updates of `gradient/<weight>`, gradients summed over the
   * samples.
   */
  gradientsGraph(batchSize: number): Graph {
    return gradientsGraph(requireLoss(this).program, batchSize, false)
  }

  /** The model file as bytes: network, weights and, unless `weightsOnly`, everything needed to go on training. */
  async serialize({ weightsOnly = false }: { readonly weightsOnly?: boolean } = {}): Promise<Uint8Array> {
    return modelFile(this, this.#state, weightsOnly)
  }

  /** Writes {@link serialize} to a file, which appears complete or not at all; of several ranks rank 0 does. Node only. */
  async save(path: string, options?: { readonly weightsOnly?: boolean }): Promise<void> {
    if ((this.#compiled?.group?.rank ?? 0) > 0) return
    const { writeFileAtomic } = await nodeTools('model.save(path)')
    await writeFileAtomic(path, await this.serialize(options))
  }

  /**
   * Takes copies of values of the state by name, e.g. from a model file: weights and the learner's slots (those of other
   * learners have no effect). Throws `unknown-name` or `shape-mismatch`, and nothing changes then. With `progress` also
   * where training stands; not while the model is being trained.
   */
  async restore(values: ReadonlyMap<string, Float32Array>, progress?: TrainingProgress): Promise<void> {
    this.#compiled?.group?.markChanged()
    if (progress === undefined) return this.#state.restore(values)
    await this.#state.exclusively('restore', async () => {
      await this.#state.restore(values)
      Object.assign(this.progress, progress)
    })
  }

  /**
   * Frees the engine's memory when the step that is running has ended; what trains or waits then rejects with
   * `disposed`, as does every later call that computes or reads values. May be called twice.
   */
  async dispose(): Promise<void> {
    await this.#state.dispose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose()
  }

  /** Runs `work` for a model with a loss and a learner, while nothing else trains it. */
  #training<T>(what: string, work: (compiled: Compiled) => Promise<T>): Promise<T> {
    return this.#state.exclusively(what, async () => {
      this.#state.checkOpen()
      const compiled = requireLearner(this)
      return together(compiled.group, () => work(compiled))
    })
  }

  /** Loss and metrics over batches; of several ranks each measures its own, and all get the figures of all. */
  #measure(call: string, sourceOf: (compiled: Compiled) => Promise<BatchSource>): Promise<Logs> {
    this.#state.checkOpen()
    const compiled = requireLoss(this)
    return together(compiled.group, async () => {
      await this.#meet(compiled, call)
      const batches = (await sourceOf(compiled)).epoch(0, 0)
      const totals = await evaluateBatches(await this.#state.open(), batches)
      await compiled.group?.sum(totals.values)
      return totals.figures()
    })
  }

  async #meet(compiled: Compiled, call: string, anew = false): Promise<void> {
    const { group } = compiled
    if (group !== undefined) await meet({ group, session: await this.#state.open(), compiled }, call, this, anew)
  }

  async #openSteps(): Promise<{ session: Session; steps: StepRunner }> {
    const session = await this.#state.open()
    this.#steps = makeSteps(session, requireLearner(this), this.seed)
    return { session, steps: this.#steps }
  }
}
