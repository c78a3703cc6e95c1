import { Command } from 'commander'
import { setupCudaCommand } from './setup-cuda.ts'
import { setupTfjsCommand } from './setup-tfjs.ts'

/** `lockstep setup …`: makes an engine available on this machine. One subcommand for each. */
export function setupCommand(): Command {
  return new Command('setup')
    .description('Makes an engine available on this machine, outside of any project.')
    .addCommand(setupTfjsCommand())
    .addCommand(setupCudaCommand())
}
