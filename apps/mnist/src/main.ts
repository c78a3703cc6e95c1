#!/usr/bin/env node
import { isLockstepError } from '@lockstep/core'
import { parseOptions } from './options.ts'
import { trainMnist } from './train.ts'

try {
  await trainMnist(parseOptions(process.argv.slice(2)))
} catch (error) {
  // What a user can mend is said in one line; anything else is a fault of ours and keeps its stack.
  console.error(isLockstepError(error) ? `mnist: ${error.message}` : error)
  process.exitCode = 1
}
