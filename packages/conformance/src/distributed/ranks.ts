import { reference } from '@lockstep/backend-reference'
import {
  type Backend,
  type Communicator,
  type CompileOptions,
  type DataParallelOptions,
  dataParallel,
  type Layer,
  type Learner,
  type Model,
  sequential,
} from '@lockstep/core'

/** What makes the groups under test. */
export interface GroupSubject {
  readonly name: string
  /** The communicators of a new group, in rank order, all in this process; each rank disposes of its own. */
  readonly group: (worldSize: number) => Promise<readonly Communicator[]> | readonly Communicator[]
  /** What the ranks compute on; default: the reference backend. */
  readonly backend?: () => Backend
  readonly device?: string
}

/** Tests of distributed trainings by what they claim. */
export type DistributedTests = Readonly<Record<string, (subject: GroupSubject) => Promise<void>>>

/**
 * Runs the same program on all ranks of a new group at once; resolves to what each returned, in rank order. When some
 * fail it rejects with the failure of the lowest of them, once all have ended.
 */
export async function onRanks<T>(
  { group }: GroupSubject,
  worldSize: number,
  program: (communicator: Communicator) => Promise<T>,
): Promise<T[]> {
  const results = await settledOnRanks({ group }, worldSize, program)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

/** As {@link onRanks}; gives what became of every rank. */
export async function settledOnRanks<T>(
  { group }: Pick<GroupSubject, 'group'>,
  worldSize: number,
  program: (communicator: Communicator) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  const communicators = await group(worldSize)
  const results = await Promise.allSettled(communicators.map(program))
  await Promise.all(communicators.map((communicator) => communicator[Symbol.asyncDispose]()))
  return results
}

/** What a model is made of and compiled with. */
export interface Recipe extends Partial<Omit<CompileOptions, 'learner'>> {
  readonly layers: () => Layer[]
  readonly learner?: string | Learner
  readonly seed?: number
}

/** A model of its own for a rank, or for one process alone. */
export function modelOf(
  { backend = reference, device }: GroupSubject,
  recipe: Recipe,
  communicator?: Communicator,
  options?: DataParallelOptions,
): Model {
  const { layers, learner = 'sgd', seed = 5, ...compile } = recipe
  const model = sequential(layers(), { seed })
  model.compile({
    backend: backend(),
    ...(device === undefined ? {} : { device }),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    ...compile,
    learner: communicator === undefined ? learner : dataParallel(learner, communicator, options),
  })
  return model
}
