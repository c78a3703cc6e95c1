import { lockstep } from './lockstep.ts'
import { reportFailure } from './report-failure.ts'

const program = lockstep()
try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = reportFailure(error, { verbose: program.opts()['verbose'] === true })
}
