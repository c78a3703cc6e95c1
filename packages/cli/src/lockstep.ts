import { Command } from 'commander'
import { devicesCommand } from './commands/devices.ts'
import { doctorCommand } from './commands/doctor.ts'
import { keygenCommand } from './commands/keygen.ts'
import { runCommand } from './commands/run.ts'
import { setupCommand } from './commands/setup.ts'

const verbose = ['--verbose', 'print errors with their stack (so does DEBUG=lockstep)'] as const

/** The command `lockstep`. Each subcommand is a file of `commands/`; their errors are for `reportFailure`. */
export function lockstep(): Command {
  const program = new Command('lockstep')
    .description('Sets up engines, says which of them work, and starts training on many processes.')
    .option(...verbose)
    // What follows the script of `run` is the script's.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError('(lockstep --help lists what there is)')
  for (const command of [doctorCommand(), devicesCommand(), setupCommand(), runCommand(), keygenCommand()])
    program.addCommand(takesVerbose(command))
  return program.hook('preAction', (_, action) => {
    if (action.optsWithGlobals()['verbose'] === true) program.setOptionValue('verbose', true)
  })
}

/** The option is understood after a command's name, too. */
function takesVerbose(command: Command): Command {
  for (const each of command.commands) takesVerbose(each)
  return command.option(...verbose)
}
