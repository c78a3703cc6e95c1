import { derivedPort } from './derived-port.ts'
import { checkedPlace, type Place } from './place.ts'
import { master } from './torchrun.ts'
import { type Environment, Variables } from './variables.ts'

/** What Open MPI's mpirun sets. Where all ranks are on one machine they meet at loopback; else an address must be given. */
export function openMpi(environment: Environment): Place | undefined {
  const variables = new Variables(environment, "Open MPI's mpirun")
  const name = 'OMPI_COMM_WORLD_RANK'
  if (!variables.has(name)) {
    if (variables.has('OMPI_COMM_WORLD_SIZE')) variables.needed(name, 'OMPI_COMM_WORLD_SIZE')
    return undefined
  }
  const worldSize = variables.needed('OMPI_COMM_WORLD_SIZE', name, 1)
  const localWorldSize = variables.number('OMPI_COMM_WORLD_LOCAL_SIZE', 1)
  const job = variables.text('PMIX_NAMESPACE') ?? variables.text('OMPI_MCA_ess_base_jobid')
  const alone = localWorldSize === worldSize && job !== undefined
  return checkedPlace({
    launcher: 'Open MPI',
    rank: variables.needed(name, name),
    worldSize,
    localRank: variables.number('OMPI_COMM_WORLD_LOCAL_RANK'),
    localWorldSize,
    rendezvous: master(variables) ?? (alone ? { host: '127.0.0.1', port: derivedPort(job) } : undefined),
    job,
    saidBy: 'OMPI_COMM_WORLD_RANK and OMPI_COMM_WORLD_SIZE',
  })
}
