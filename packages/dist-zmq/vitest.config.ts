import { configDefaults, defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config'
import { baseConfig } from '../../vitest.base.ts'

/**
 * Groups of real processes that are killed, stopped and intruded on. They need a quiet machine: on a busy one some run into
 * their limits. `LOCKSTEP_SLOW_TESTS=1` runs them.
 */
const slow = ['connect', 'intruders', 'failures', 'communicator'].map((name) => `src/${name}.test.ts`)

const config: ViteUserConfig = mergeConfig(
  baseConfig,
  defineConfig({
    test: { exclude: [...configDefaults.exclude, ...(process.env['LOCKSTEP_SLOW_TESTS'] ? [] : slow)] },
  }),
)

export default config
