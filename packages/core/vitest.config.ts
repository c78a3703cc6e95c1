import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import { baseConfig } from '../../vitest.base.ts'

// Many small files that leave nothing behind: starting a process for each would take longer than they do.
const config: ViteUserConfig = mergeConfig(baseConfig, { test: { isolate: false } })

export default config
