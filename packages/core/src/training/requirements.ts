import { LockstepError } from '../errors.ts'
import type { Learner } from '../learners/learner.ts'
import type { Compiled } from './compile.ts'

/** A model, as far as it says whether it was compiled. */
interface Compilable {
  readonly name: string
  readonly compiled: Compiled | undefined
}

/** How the model was compiled. Throws `invalid-state` where it was not; `what` says what needs that. */
export function requireCompiled(model: Compilable, what: string): Compiled {
  return model.compiled ?? missing(model, what, 'a backend', 'backend: onnx()')
}

/** As {@link requireCompiled}, with a loss. */
export function requireLoss(model: Compilable): Compiled {
  const what = 'training and evaluation'
  const compiled = requireCompiled(model, what)
  if (compiled.program.objectives.length > 0) return compiled
  return missing(model, what, 'a loss', "loss: 'categoricalCrossentropy'")
}

/** As {@link requireLoss}, with a learner. */
export function requireLearner(model: Compilable): Compiled & { readonly learner: Learner } {
  const compiled = requireLoss(model)
  const learner = compiled.learner ?? missing(model, 'training', 'a learner', "learner: 'rmsprop'")
  return { ...compiled, learner }
}

function missing({ name }: Compilable, what: string, thing: string, example: string): never {
  throw new LockstepError(
    'invalid-state',
    { object: name },
    `${what} needs ${thing}, but ${name} has none: call model.compile({ ${example}, … }) first`,
  )
}
