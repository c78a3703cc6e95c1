import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { baseConfig } from '../../vitest.base.ts'

/** Begins with the file that takes as long as all others: at the end it would keep one core busy and one idle. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification): number =>
      Number(moduleId.endsWith('conformance-webgpu.test.ts'))
    return (await super.sort(files)).sort((a, b) => isLongest(b) - isLongest(a))
  }
}

const config: ViteUserConfig = mergeConfig(baseConfig, { test: { sequence: { sequencer: LongestFirst } } })

export default config
