import { backendTests, graphUpdates, trainingTests, updateTests } from '@lockstep/conformance'
import { webgpu, withAdapter } from './webgpu.fixture.ts'

await withAdapter((runner) => {
  backendTests(webgpu, runner)
  trainingTests(webgpu, runner)
  updateTests(graphUpdates(webgpu), runner)
})
