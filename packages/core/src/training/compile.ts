import { wholeNumber } from '../arguments.ts'
import type { Backend } from '../backend/backend.ts'
import { Group } from '../distributed/group.ts'
import { LockstepError } from '../errors.ts'
import type { Learner } from '../learners/learner.ts'
import { resolveLearner } from '../learners/resolve.ts'
import type { Network } from '../network/network.ts'
import { type ObjectiveOptions, objectivesFor } from './objective.ts'
import type { Program } from './program.ts'

/** What `model.compile` takes. */
export interface CompileOptions extends Partial<ObjectiveOptions> {
  /** Where the model runs, e.g. `onnx()`. */
  readonly backend: Backend
  /** The update rule: a learner, or the name of one with its defaults. Needed for training. */
  readonly learner?: string | Learner
  /** A device's id, e.g. `cpu:0`; default: the backend's first. */
  readonly device?: string
  /** Threads that one call may use; default: all cores. */
  readonly threads?: number
  /** Steps that go to the engine in one call, with the update inside, where the backend can; callbacks follow. Default 1. */
  readonly stepsPerExecution?: number
  /** Batches whose gradients are added up before each update; the last ones of an epoch may be fewer. Default 1. */
  readonly gradientAccumulation?: number
}

/** Compile options with names resolved and everything checked. */
export interface Compiled {
  readonly options: CompileOptions
  readonly program: Program
  readonly learner?: Learner
  readonly stepsPerExecution: number
  readonly gradientAccumulation: number
  /** The ranks that train together, where the learner is distributed over more than one. */
  readonly group?: Group
}

/** Throws `unknown-name`, `invalid-argument` or `unsupported` for what does not fit the network or the backend. */
export function compileFor(network: Network, options: CompileOptions): Compiled {
  const { backend, loss, learner, stepsPerExecution = 1, gradientAccumulation = 1 } = options
  if (typeof backend?.open !== 'function') {
    throw invalid(
      'backend',
      "compile needs a backend; e.g. compile({ backend: onnx(), … }) with onnx from '@lockstep/backend-onnx'",
    )
  }
  wholeNumber('compile', 'stepsPerExecution', stepsPerExecution, 1)
  wholeNumber('compile', 'gradientAccumulation', gradientAccumulation, 1)
  if (stepsPerExecution > 1 && gradientAccumulation > 1) {
    throw invalid(
      'stepsPerExecution',
      `stepsPerExecution ${stepsPerExecution} and gradientAccumulation ${gradientAccumulation} exclude each other; set one of them to 1`,
    )
  }
  if (stepsPerExecution > 1 && !backend.capabilities.fusedSteps) {
    throw new LockstepError(
      'unsupported',
      { feature: 'stepsPerExecution', by: backend.name },
      `stepsPerExecution is ${stepsPerExecution}, but backend ${backend.name} cannot fuse steps; leave it at 1`,
    )
  }
  const resolved = learner === undefined ? undefined : resolveLearner(learner)
  const distribution = resolved?.distribution
  const group = distribution && distribution.communicator.worldSize > 1 ? new Group(distribution) : undefined
  if (group !== undefined && stepsPerExecution > 1) {
    throw new LockstepError(
      'unsupported',
      { feature: 'stepsPerExecution', by: 'dataParallel' },
      `stepsPerExecution is ${stepsPerExecution}, but ${group.worldSize} ranks exchange gradients within every step; leave it at 1`,
    )
  }
  const objectives = loss === undefined ? [] : objectivesFor(network.outputs, { ...options, loss })
  const trained = network.weights.filter(({ layer, spec }) => spec.kind === 'parameter' && layer.trainable)
  return {
    options,
    program: { network, objectives, trained },
    ...(resolved === undefined ? {} : { learner: resolved }),
    stepsPerExecution,
    gradientAccumulation,
    ...(group === undefined ? {} : { group }),
  }
}

function invalid(argument: string, message: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, message)
}
