import { Command } from 'commander'
import { devicesCommand } from './commands/devices.ts'
import { doctorCommand } from './commands/doctor.ts'
import { setupCommand } from './commands/setup.ts'

/** The command `lockstep`. Each subcommand is a file of `commands/`; their errors are for `reportFailure`. */
export function lockstep(): Command {
  return new Command('lockstep')
    .description('Sets up the engines that Lockstep trains on, and says which of them work.')
    .option('--verbose', 'print errors with their stack (so does DEBUG=lockstep)')
    .showSuggestionAfterError()
    .showHelpAfterError('(lockstep --help lists what there is)')
    .addCommand(doctorCommand())
    .addCommand(devicesCommand())
    .addCommand(setupCommand())
}
