import { checkedPlace, type Place, parseEndpoint } from './place.ts'
import { type Environment, Variables } from './variables.ts'

/** What `lockstep run` sets. */
export function lockstepRun(environment: Environment): Place | undefined {
  const variables = new Variables(environment, '`lockstep run`')
  if (!variables.has('LOCKSTEP_RANK')) {
    if (variables.has('LOCKSTEP_WORLD_SIZE')) variables.needed('LOCKSTEP_RANK', 'LOCKSTEP_WORLD_SIZE')
    return undefined
  }
  const address = variables.text('LOCKSTEP_RENDEZVOUS')
  return checkedPlace({
    launcher: 'lockstep run',
    rank: variables.needed('LOCKSTEP_RANK', 'LOCKSTEP_RANK'),
    worldSize: variables.needed('LOCKSTEP_WORLD_SIZE', 'LOCKSTEP_RANK', 1),
    localRank: variables.number('LOCKSTEP_LOCAL_RANK'),
    localWorldSize: variables.number('LOCKSTEP_LOCAL_WORLD_SIZE', 1),
    rendezvous: address === undefined ? undefined : parseEndpoint(address, 'LOCKSTEP_RENDEZVOUS'),
    job: variables.text('LOCKSTEP_JOB'),
    restarts: variables.number('LOCKSTEP_RESTARTS'),
    saidBy: 'LOCKSTEP_RANK and LOCKSTEP_WORLD_SIZE',
  })
}
