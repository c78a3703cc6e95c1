import { backendTests } from '@lockstep/conformance'
import { only, webgpu, withAdapterAndPatience } from './webgpu.fixture.ts'

// The half of the kit that takes half of the time, so that two workers share it.
await withAdapterAndPatience((runner) =>
  backendTests(
    webgpu,
    only(runner, (name) => name.startsWith('conv2d')),
  ),
)
