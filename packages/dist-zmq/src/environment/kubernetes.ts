import { checkedPlace, type Place } from './place.ts'
import { master } from './torchrun.ts'
import { type Environment, Variables } from './variables.ts'

/** An indexed Job of Kubernetes sets the index alone; `WORLD_SIZE`, `MASTER_ADDR` and `MASTER_PORT` stand in its manifest. */
export function kubernetes(environment: Environment): Place | undefined {
  const variables = new Variables(environment, 'the manifest of an indexed Job')
  const name = 'JOB_COMPLETION_INDEX'
  if (!variables.has(name)) return undefined
  const size = variables.has('LOCKSTEP_WORLD_SIZE') ? 'LOCKSTEP_WORLD_SIZE' : 'WORLD_SIZE'
  return checkedPlace({
    launcher: 'Kubernetes',
    rank: variables.needed(name, name),
    worldSize: variables.needed(size, name, 1),
    rendezvous: master(variables),
    job: variables.text('JOB_NAME'),
    saidBy: `${name} and ${size}`,
  })
}
