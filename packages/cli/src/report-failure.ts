import { isLockstepError } from '@lockstep/core/errors'
import { Interrupted } from '@lockstep/core/node'

/**
 * Prints what went wrong on standard error and returns the exit code. What a user can mend is one message; anything
 * else is a fault of ours and keeps its stack, and so does everything when `verbose` or when `DEBUG` names lockstep.
 */
export function reportFailure(error: unknown, { verbose = false }: { readonly verbose?: boolean } = {}): number {
  if (error instanceof Interrupted) {
    console.error(`lockstep: ${error.message}`)
    return 130
  }
  const brief = isLockstepError(error) && !verbose && !/lockstep|^\*/.test(process.env['DEBUG'] ?? '')
  console.error(brief ? `lockstep: ${error.message}` : error)
  return 1
}
