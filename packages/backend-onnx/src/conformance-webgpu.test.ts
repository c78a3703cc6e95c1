import { backendTests, graphUpdates, trainingTests, updateTests } from '@lockstep/conformance'
import { only, waivers, webgpu, withAdapter } from './webgpu.fixture.ts'

await withAdapter((runner) => {
  backendTests(
    { ...webgpu, waivers },
    only(runner, (name) => !name.startsWith('conv2d')),
  )
  trainingTests(webgpu, runner)
  updateTests(graphUpdates(webgpu), runner)
})
