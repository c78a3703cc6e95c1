import { backendTests, graphUpdates, trainingTests, updateTests } from '@lockstep/conformance'
import { only, waivers, webgpu, withAdapterAndPatience } from './webgpu.fixture.ts'

await withAdapterAndPatience((runner) => {
  backendTests(
    { ...webgpu, waivers },
    only(runner, (name) => !name.startsWith('conv2d')),
  )
  trainingTests(webgpu, runner)
  updateTests(graphUpdates(webgpu), runner)
})
