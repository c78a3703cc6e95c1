import { type Learner, learnerFromConfig, updateGraph } from '@lockstep/core'
import type { Runner } from './backend-tests.ts'
import { type Descent, landscapes } from './landscapes.ts'
import { scalarsOf, UpdateRun, vectorPlan } from './update-run.ts'
import { hostUpdates, type UpdateSubject } from './update-subject.ts'

/** The learner under test. */
export interface LearnerSubject {
  readonly name: string
  /** A new learner with a rate with which it should get down both landscapes. */
  make(): Learner
  /** Updates it may take; default 4000. */
  readonly updates?: number
  /** False for a learner of your own, whose config core cannot read. Default true. */
  readonly builtIn?: boolean
}

/**
 * Defines the tests that every learner must pass: it gets down a parabola and Rosenbrock's valley, its hyperparameters
 * are pure, a checkpoint in the middle of a run changes nothing, and its config makes it again.
 */
export function learnerTests(subject: LearnerSubject, runner: Runner): void {
  const host = hostUpdates({})
  runner.describe(`learner ${subject.name}`, () => {
    for (const landscape of landscapes)
      runner.it(`gets down ${landscape.name}`, () => checkDescent(subject, landscape, host))
    runner.it('has hyperparameters that depend on nothing but progress', async () => checkPure(subject.make()))
    runner.it('goes on from a checkpoint as if nothing had happened', () => checkCheckpoint(subject, host))
    if (subject.builtIn !== false) runner.it('is made again by its config', async () => checkConfig(subject.make()))
  })
}

async function checkDescent(
  { make, updates = 4000 }: LearnerSubject,
  descent: Descent,
  host: UpdateSubject,
): Promise<void> {
  const learner = make()
  const values = { p: descent.start }
  await using run = await UpdateRun.open(host, vectorPlan(learner, values), values)
  for (let step = 0; step < updates; step++) {
    const gradient = descent.gradient([...(await run.value('p'))])
    await run.update({ 'gradient/p': gradient }, scalarsOf(learner, { step, samples: step, batchSamples: 1 }))
  }
  const at = [...(await run.value('p'))]
  const value = descent.value(at)
  if (!(value <= descent.goal))
    throw new Error(`${learner.name} ended at [${at.join(', ')}] with ${value}; expected at most ${descent.goal}`)
}

function checkPure(learner: Learner): void {
  const at = (step: number): string =>
    JSON.stringify(learner.hyperparameters({ step, samples: step * 32, batchSamples: 32 }))
  const first = [0, 1, 2, 50, 1000].map(at)
  const again = [1000, 50, 2, 1, 0].map(at).reverse()
  if (first.join() !== again.join()) throw new Error(`${learner.name}: got ${again.join()} after ${first.join()}`)
  const names = new Set(first.map((text) => Object.keys(JSON.parse(text) as object).join()))
  if (names.size !== 1) throw new Error(`${learner.name}: the names differ between steps: ${[...names].join('; ')}`)
  if (first.join().includes('null')) throw new Error(`${learner.name}: not all are finite: ${first.join()}`)
}

async function checkCheckpoint(subject: LearnerSubject, host: UpdateSubject): Promise<void> {
  const values = { p: [1, -2, 3, 0.5, 0.125] }
  const gradientAt = (step: number): number[] => values.p.map((value, index) => Math.sin(value + step * (index + 1)))
  const train = async (run: UpdateRun, learner: Learner, from: number, to: number): Promise<void> => {
    for (let step = from; step < to; step++) {
      const scalars = scalarsOf(learner, { step, samples: step * 8, batchSamples: 8 })
      await run.update({ 'gradient/p': gradientAt(step) }, scalars)
    }
  }
  const whole = subject.make()
  whole.setLearningRate(0.03)
  await using straight = await UpdateRun.open(host, vectorPlan(whole, values), values)
  await train(straight, whole, 0, 10)
  const saved = await straight.state()
  const config = JSON.stringify(whole.config)
  await train(straight, whole, 10, 20)
  const resumed = subject.builtIn === false ? subject.make() : learnerFromConfig(JSON.parse(config))
  if (subject.builtIn === false) resumed.setLearningRate(0.03)
  await using second = await UpdateRun.open(host, vectorPlan(resumed, values), values)
  await second.restore(saved)
  await train(second, resumed, 10, 20)
  const [expected, got] = [await straight.state(), await second.state()]
  const wrong = expected.findIndex((value, index) => !Object.is(value, got[index]))
  if (wrong >= 0) throw new Error(`${whole.name}: element ${wrong} is ${got[wrong]}; expected ${expected[wrong]}`)
}

function checkConfig(learner: Learner): void {
  const again = learnerFromConfig(JSON.parse(JSON.stringify(learner.config)))
  const text = (made: Learner): string => JSON.stringify([made.config, made.slots, made.clipNorm, made.clipValue])
  if (text(learner) !== text(again)) throw new Error(`got ${text(again)}, expected ${text(learner)}`)
  const hash = (made: Learner): string => updateGraph(vectorPlan(made, { p: [0] })).hash
  if (hash(learner) !== hash(again)) throw new Error(`${learner.name}: its config makes another rule`)
}
