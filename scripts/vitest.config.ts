import { mergeConfig } from 'vitest/config'
import { baseConfig } from '../vitest.base.ts'

export default mergeConfig(baseConfig, { test: { include: ['**/*.test.ts'] } })
