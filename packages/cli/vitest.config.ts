import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import { baseConfig } from '../../vitest.base.ts'

// Every test starts programs: npm, pip, compilers, engines.
const config: ViteUserConfig = mergeConfig(baseConfig, { test: { testTimeout: 180_000 } })

export default config
