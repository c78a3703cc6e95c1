import { isLockstepError } from '@lockstep/core'
import { it } from 'vitest'
import type { EngineName } from './engine/engine-name.ts'
import { tfjs } from './tfjs.ts'

const required = (process.env['LOCKSTEP_REQUIRE_ENGINES'] ?? '').split(',').map((name) => name.trim())

/**
 * Defines tests of an engine where it is installed. Where it is not, one skipped test says so, or a failing one if the
 * variable LOCKSTEP_REQUIRE_ENGINES, a list like `tensorflow,wasm`, has the engine.
 */
export async function whereInstalled(engine: EngineName, define: () => void): Promise<void> {
  const missing = await reasonMissing(engine)
  if (missing === undefined) return define()
  if (required.includes(engine)) {
    it(`the engine ${engine} is required`, () => Promise.reject(new Error(missing)))
    return
  }
  console.warn(`\n*** NOT TESTED: ${missing}\n`)
  it.skip(`not tested: ${missing}`, () => undefined)
}

async function reasonMissing(engine: EngineName): Promise<string | undefined> {
  try {
    await tfjs({ engine }).devices()
    return undefined
  } catch (error) {
    if (isLockstepError(error) && error.code === 'unavailable') return error.message
    throw error
  }
}
