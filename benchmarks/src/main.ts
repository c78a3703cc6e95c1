import { isLockstepError } from '@lockstep/core'
import { Command } from 'commander'
import { allReduceCommand } from './all-reduce/all-reduce-command.ts'
import { gpuCommand } from './gpu/gpu-command.ts'
import { killCommand } from './kill/kill-command.ts'
import { lossesCommand } from './losses/losses-command.ts'
import { parityCommand } from './parity/parity-command.ts'
import { setUpPeers } from './peers.ts'
import { scalingCommand } from './scaling/scaling-command.ts'
import { trainCommand } from './train/train-command.ts'
import { updateCommand } from './update/update-command.ts'

const setupCommand = new Command('setup')
  .description('Installs the peers (PyTorch) into an environment of their own; some gigabytes.')
  .option('--python <program>', 'the Python to make it with', 'python3')
  .action(({ python }: { readonly python: string }) => setUpPeers(python))

const program = new Command('bench')
  .description('Measures Lockstep: its speed beside peers, its results beside published ones.')
  .addCommand(trainCommand())
  .addCommand(parityCommand())
  .addCommand(lossesCommand())
  .addCommand(updateCommand())
  .addCommand(allReduceCommand())
  .addCommand(scalingCommand())
  .addCommand(killCommand())
  .addCommand(gpuCommand())
  .addCommand(setupCommand)

try {
  await program.parseAsync()
} catch (error) {
  // Our own errors say what to do; a stack would only hide it.
  console.error(isLockstepError(error) ? `error: ${error.message}` : error)
  process.exitCode = 1
}
