import { DistributedSteps } from '../distributed/distributed-steps.ts'
import type { Learner } from '../learners/learner.ts'
import type { Compiled } from './compile.ts'
import type { Session } from './session.ts'
import type { StepRunner } from './step-runner.ts'
import { Steps } from './steps.ts'

/** What runs training steps on that session, together with other ranks where there are any. */
export function makeSteps(
  session: Session,
  { learner, group, stepsPerExecution }: Compiled & { readonly learner: Learner },
  seed: number,
): StepRunner {
  const alone = new Steps(session, learner, group?.seed ?? seed, stepsPerExecution > 1)
  return group === undefined ? alone : new DistributedSteps(alone, session, learner, group)
}
