import { hostname } from 'node:os'
import { interruptible } from '@lockstep/core/node'
import {
  type HostSlots,
  jobFailed,
  nodeCommand,
  parseHosts,
  placeRanks,
  prepareRanks,
  runJob,
} from '@lockstep/dist-zmq/launch'
import { Command, InvalidArgumentError } from 'commander'

interface Options {
  readonly workers?: number
  readonly hosts?: readonly HostSlots[]
  readonly logs?: string
  readonly key?: string
  readonly rendezvous?: string
  readonly remoteShell?: string
  readonly bind: boolean
}

/** `lockstep run`: one script as several ranks, here and on other machines. */
export function runCommand(): Command {
  return new Command('run')
    .description('Starts a script as several processes that find one another with connect(), and ends them together.')
    .usage('-n <workers> [options] <script> [arguments...]')
    .argument('<script>', 'a JavaScript file; everything after it goes to it')
    .argument('[arguments...]')
    .option('-n, --workers <count>', 'processes to start (default: all slots of --hosts)', positiveInteger)
    .option('--hosts <list>', 'machines and how many ranks each takes, h1:2,h2:2; reached by ssh', hosts)
    .option('--logs <dir>', 'folder of one log file per rank (default: a new one for temporary files)')
    .option('--key <file>', 'shared secret, made by lockstep keygen; needed with several machines')
    .option('--rendezvous <host:port>', 'where rank 0 listens (default: a free port)')
    .option('--remote-shell <command>', 'what reaches other machines instead of ssh')
    .option('--no-bind', 'lets the system move ranks between cores, instead of keeping each to its share')
    .passThroughOptions()
    .addHelpText('after', help)
    .action(run)
}

const help = `
Cores and GPUs of a machine are divided among its ranks, and each rank keeps to its own. Lines are prefixed with the rank.
When a rank fails, the others are ended, the first that failed is named, and its exit code is the command's. Other
machines need the same files at the same paths, and Node.`

async function run(script: string, args: readonly string[], options: Options): Promise<void> {
  const { workers, hosts: machines, logs, key, rendezvous, remoteShell, bind } = options
  if (workers === undefined && machines === undefined)
    throw new InvalidArgumentError('Say how many processes to start: -n 2, or --hosts h1:2,h2:2.')
  const places = placeRanks(machines ?? [{ host: undefined, slots: workers as number }], workers)
  const job = await prepareRanks({
    places,
    command: nodeCommand([script, ...args]),
    logs,
    keyFile: key,
    rendezvous,
    bind,
    remoteShell: remoteShell?.split(' ').filter((word) => word !== ''),
    env: process.env,
  })
  const where = [...new Set(places.map(({ host }) => host ?? hostname()))].join(', ')
  console.error(
    `lockstep run: ${places.length} ranks on ${where}; rank 0 at ${job.address.rendezvous}; logs in ${job.logs}`,
  )
  const failure = await interruptible((signal) => runJob({ ranks: job.ranks, signal }))
  if (failure === undefined) return
  console.error(`lockstep run: ${jobFailed(failure).message}`)
  process.exitCode = failure.exitCode
}

function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  throw new InvalidArgumentError('Expected an integer from 1 on.')
}

function hosts(text: string): HostSlots[] {
  return parseHosts(text)
}
