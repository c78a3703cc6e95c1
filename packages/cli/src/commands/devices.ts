import { interruptible } from '@lockstep/core/node'
import { Command } from 'commander'
import { allCandidates, type Candidate } from '../doctor/candidates.ts'
import { probe } from '../doctor/probe.ts'
import { table } from '../run/table.ts'

/** `lockstep devices`: the devices of every engine that is installed. */
export function devicesCommand(): Command {
  return new Command('devices')
    .description('Lists the devices of every backend and engine that is installed; nothing is computed.')
    .action(run)
}

async function run(): Promise<void> {
  const rows = await interruptible(async (signal) => {
    const lists: (readonly string[])[][] = []
    for (const candidate of allCandidates) lists.push(await list(candidate, signal))
    return lists.flat()
  })
  console.log(table([['backend', 'engine', 'device', 'memory', 'name', 'computes with'], ...rows]).join('\n'))
  console.log('\n`lockstep doctor` trains on each, and says what is missing for others.')
}

async function list(candidate: Candidate, signal: AbortSignal): Promise<(readonly string[])[]> {
  const { backend, engine } = candidate
  const { devices, failure } = await probe({ candidate, listOnly: true }, { timeoutMs: 60_000, signal })
  if (failure !== undefined && !failure.missing) return [[backend, engine, `fails: ${failure.reason.split('\n')[0]}`]]
  return devices.map(({ id, name, engine: version, memoryBytes }) => {
    const memory = memoryBytes === undefined ? '' : `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`
    return [backend, engine, id, memory, name, version]
  })
}
