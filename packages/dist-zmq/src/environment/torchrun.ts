import { checkedPlace, type Endpoint, type Place } from './place.ts'
import { type Environment, Variables, wrongVariable } from './variables.ts'

/** What torchrun sets, and whoever imitates it (`RANK`, `WORLD_SIZE`, `MASTER_ADDR`, `MASTER_PORT`). */
export function torchrun(environment: Environment): Place | undefined {
  const variables = new Variables(environment, 'torchrun')
  if (!variables.has('RANK')) {
    const indexed = variables.has('JOB_COMPLETION_INDEX')
    if (variables.has('WORLD_SIZE') && !indexed) variables.needed('RANK', 'WORLD_SIZE')
    return undefined
  }
  const worldSize = variables.needed('WORLD_SIZE', 'RANK', 1)
  return checkedPlace({
    launcher: 'torchrun',
    rank: variables.needed('RANK', 'RANK'),
    worldSize,
    localRank: variables.number('LOCAL_RANK'),
    localWorldSize: variables.number('LOCAL_WORLD_SIZE', 1),
    rendezvous: master(variables),
    job: variables.text('TORCHELASTIC_RUN_ID'),
    restarts: variables.number('TORCHELASTIC_RESTART_COUNT'),
    saidBy: 'RANK and WORLD_SIZE',
  })
}

/** `MASTER_ADDR` and `MASTER_PORT`; undefined where neither is set. */
export function master(variables: Variables): Endpoint | undefined {
  if (!variables.has('MASTER_ADDR') && !variables.has('MASTER_PORT')) return undefined
  const host = variables.neededText('MASTER_ADDR', 'MASTER_PORT')
  const port = variables.needed('MASTER_PORT', 'MASTER_ADDR', 1)
  // torchrun's agent itself listens at the port that it announces.
  const shift = variables.text('TORCHELASTIC_USE_AGENT_STORE') === 'True' ? 1 : 0
  if (port + shift > 65_535) {
    throw wrongVariable('MASTER_PORT', `MASTER_PORT is ${port}`, `choose a port below ${65_536 - shift}`)
  }
  return { host, port: port + shift }
}
