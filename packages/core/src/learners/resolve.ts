import { LockstepError } from '../errors.ts'
import { lookUp } from '../names.ts'
import { adadelta } from './adadelta.ts'
import { adagrad } from './adagrad.ts'
import { adam } from './adam.ts'
import { adamW } from './adam-w.ts'
import { adamax } from './adamax.ts'
import { fsAdaGrad } from './fs-ada-grad.ts'
import type { Learner } from './learner.ts'
import { momentum } from './momentum.ts'
import { nadam } from './nadam.ts'
import { nesterov } from './nesterov.ts'
import { rmsprop } from './rmsprop.ts'
import { sgd } from './sgd.ts'

const builtIn: Readonly<Record<string, (options?: object) => Learner>> = {
  sgd,
  momentum,
  nesterov,
  adagrad,
  adadelta,
  rmsprop,
  adam,
  adamax,
  adamW,
  nadam,
  fsAdaGrad,
}

/** The names of the built-in learners. */
export const learnerNames: readonly string[] = Object.keys(builtIn)

/** The learner itself, or the built-in one of that name with its defaults; throws `unknown-name` for another. */
export function resolveLearner(learner: string | Learner): Learner {
  return typeof learner === 'string' ? lookUp('learner', learner, builtIn)() : learner
}

/**
 * The learner whose `config` this is, as a checkpoint keeps it. Throws `unknown-name` for a learner that is not
 * built in: the caller has to make that one itself.
 */
export function learnerFromConfig(config: Readonly<Record<string, unknown>>): Learner {
  const { name, ...options } = config
  const advice = 'one of your own has to be given, e.g. loadModel(path, { learner: yourLearner() })'
  if (typeof name === 'string') return lookUp('learner', name, builtIn, advice)(options)
  throw new LockstepError(
    'invalid-data',
    { source: 'learner config' },
    `the config of a learner has the name ${String(name)}; expected what learner.config gives, e.g. { name: 'sgd' }`,
  )
}
