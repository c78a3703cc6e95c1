import { derivedPort } from './derived-port.ts'
import { checkedPlace, type Place } from './place.ts'
import { master } from './torchrun.ts'
import { type Environment, Variables } from './variables.ts'

/** What Slurm's srun sets for the tasks of a step. Rank 0 runs on the first node of the step. */
export function slurm(environment: Environment): Place | undefined {
  const variables = new Variables(environment, "Slurm's srun")
  // In a batch script itself, outside srun, there is a SLURM_PROCID too, but no step with nodes.
  if (!variables.has('SLURM_PROCID') || !variables.has('SLURM_STEP_NODELIST')) return undefined
  const job = `slurm-${variables.neededText('SLURM_JOB_ID', 'SLURM_PROCID')}.${variables.text('SLURM_STEP_ID') ?? '0'}`
  const counted = variables.has('SLURM_STEP_NUM_TASKS') ? 'SLURM_STEP_NUM_TASKS' : 'SLURM_NTASKS'
  const host = firstHost(variables.neededText('SLURM_STEP_NODELIST', 'SLURM_PROCID'))
  return checkedPlace({
    launcher: 'Slurm',
    rank: variables.needed('SLURM_PROCID', 'SLURM_PROCID'),
    worldSize: variables.needed(counted, 'SLURM_PROCID', 1),
    localRank: variables.number('SLURM_LOCALID'),
    rendezvous: master(variables) ?? { host, port: derivedPort(job) },
    job,
    restarts: variables.number('SLURM_RESTART_COUNT'),
    saidBy: `SLURM_PROCID and ${counted}`,
  })
}

/** The first of the hosts of a list as Slurm writes it: `node[003-006,9],login1` is `node003` first. */
export function firstHost(list: string): string {
  const match = /^(?<prefix>[^[,]*)(?:\[(?<first>[^\],-]+)[^\]]*\](?<suffix>[^,[]*))?/.exec(list)
  const { prefix = '', first = '', suffix = '' } = match?.groups ?? {}
  return `${prefix}${first}${suffix}`
}
