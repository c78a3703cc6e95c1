import { kubernetes } from './kubernetes.ts'
import { lockstepRun } from './lockstep-run.ts'
import { openMpi } from './open-mpi.ts'
import type { Place } from './place.ts'
import { slurm } from './slurm.ts'
import { torchrun } from './torchrun.ts'
import { type Environment, wrongVariable } from './variables.ts'

/**
 * Where this process stands, as its launcher's variables say, or undefined: it was started alone. Ours win. Those of
 * torchrun and Open MPI come from the process's own launcher and must not contradict each other; Slurm's and
 * Kubernetes's may be those of an allocation around it, and count where there are no others.
 */
export function findPlace(environment: Environment): Place | undefined {
  // In an indexed Job our world size stands beside the index; it is half of nothing there.
  const indexed = Boolean(environment['JOB_COMPLETION_INDEX']?.trim()) && !environment['LOCKSTEP_RANK']?.trim()
  const ours = indexed ? undefined : lockstepRun(environment)
  if (ours) return ours
  const own = [torchrun(environment), openMpi(environment)].filter((place) => place !== undefined)
  const [first, second] = own
  if (first && second && (first.rank !== second.rank || first.worldSize !== second.worldSize))
    throw contradiction(first, second)
  return first ?? slurm(environment) ?? kubernetes(environment)
}

function contradiction(a: Place, b: Place): Error {
  const sides = [a, b].map(({ saidBy, rank, worldSize }) => `${saidBy} say rank ${rank} of ${worldSize}`).join(', ')
  return wrongVariable(a.saidBy, sides, 'unset one of the pairs, or set LOCKSTEP_RANK and LOCKSTEP_WORLD_SIZE')
}
