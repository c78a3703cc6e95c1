import { LockstepError } from '../errors.ts'
import type { Learner } from '../learners/learner.ts'
import { learnerFromConfig } from '../learners/resolve.ts'
import { type JSONOptions, networkFromJSON } from '../network/json.ts'
import { type Checkpoint, decodeCheckpoint, type TrainingHeader } from './checkpoint.ts'
import type { CompileOptions } from './compile.ts'
import { Model } from './model.ts'
import type { ModelOptions } from './model-options.ts'
import { readProgress } from './plain-progress.ts'
import { nodeTools } from './platform.ts'

/**
 * Options of `loadModel`: what a file cannot hold (backend, device, threads, `stepsPerExecution`, functions), and what is
 * to differ from it.
 */
export interface LoadOptions extends JSONOptions, Omit<Partial<CompileOptions>, 'learner'> {
  /** A learner in place of the saved one, or made of it: `(saved) => dataParallel(saved, communicator)`. */
  readonly learner?: string | Learner | ((saved: Learner) => Learner)
}

/**
 * A model from JSON made by `model.toJSON()`, with new initial weights. Throws `invalid-data` for any other JSON,
 * `unknown-name` for a layer class that is neither built in nor among `customLayers`.
 */
export function modelFromJSON(json: unknown, options: JSONOptions = {}): Model {
  const { name, seed, network } = (json ?? {}) as ModelOptions & { readonly network?: unknown }
  return new Model(networkFromJSON(network, options), { ...(name && { name }), ...(seed && { seed }) })
}

/**
 * A model from the bytes of a model file. With a backend it is compiled as it was when saved (options here win), with
 * the learner's slots and its place in training; go on with `fit(…, { resume: true })`. `source` names the bytes in
 * errors. Throws `invalid-data` for bytes that are no model file, `unknown-name` for layers or a learner that have to be given.
 */
export async function deserializeModel(
  bytes: Uint8Array,
  options: LoadOptions = {},
  source = 'the model file',
): Promise<Model> {
  const { header, values } = decodeCheckpoint(bytes, source)
  const model = modelFromJSON(header.model, options)
  const { backend, customLayers: _, learner, ...compileOptions } = options
  if (backend !== undefined) model.compile({ ...compileSettings(header.training, learner), ...compileOptions, backend })
  const progress = header.training && readProgress(header.training.progress)
  await model.restore(checkedValues(model, values, source), progress)
  return model
}

/** Reads a file written by `model.save(path)`; see {@link deserializeModel}. Node only. */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  const { readBytes } = await nodeTools('loadModel(path)')
  return deserializeModel(await readBytes(path), options, path)
}

function compileSettings(training: TrainingHeader | undefined, given: LoadOptions['learner']): Partial<CompileOptions> {
  if (training === undefined) {
    if (typeof given !== 'function') return given === undefined ? {} : { learner: given }
    throw new LockstepError(
      'invalid-argument',
      { argument: 'learner' },
      'learner is a function of the saved learner, but the file has none: it holds weights only; give a learner',
    )
  }
  const { learner, progress: _, ...saved } = training
  // Made only where none is given: one of the user's own cannot be made from its config.
  const made = typeof given === 'function' ? given(learnerFromConfig(learner)) : (given ?? learnerFromConfig(learner))
  return { ...(saved as Partial<CompileOptions>), learner: made }
}

function checkedValues(model: Model, values: Checkpoint['values'], source: string): Checkpoint['values'] {
  const missing = model.network.weights.find(({ name }) => !values.has(name))
  if (missing === undefined) return values
  throw new LockstepError(
    'invalid-data',
    { source },
    `${source} has no tensor for the weight ${missing.name}; it has ${[...values.keys()].join(', ')}`,
  )
}
