#!/usr/bin/env node
import { isLockstepError } from '@lockstep/core'
import { connect } from '@lockstep/dist-zmq'
import { parseOptions, withoutWorkers } from './options.ts'
import { trainMnist } from './train.ts'
import { fastestWorkers, runWorkers } from './workers.ts'

/** Trains as a rank of whatever started this process, alone where nothing did; or starts the ranks. */
async function main(argv: readonly string[]): Promise<void> {
  const options = parseOptions(argv)
  const workers = options.workers === 'auto' ? await fastestWorkers(options, console.log) : options.workers
  if (workers > 1) return runWorkers(workers, withoutWorkers(argv))
  await using communicator = await connect()
  await trainMnist(options, { communicator })
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  // What a user can mend is said in one line; anything else is a fault of ours and keeps its stack.
  console.error(isLockstepError(error) ? `mnist: ${error.message}` : error)
  process.exitCode = 1
}
