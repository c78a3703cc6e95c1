import { referenceKernels } from '@lockstep/backend-reference'
import { describe, expect, it, test } from 'vitest'
import { gradientTests, listGradientTests } from './gradient-tests.ts'

gradientTests({}, { describe, it })

test('a gradient that is off by a thousandth is noticed', async () => {
  const kernels = {
    ...referenceKernels,
    conv2dInputGradient: (...of: Parameters<typeof referenceKernels.conv2dInputGradient>) =>
      referenceKernels.conv2dInputGradient(...of).map((value) => 1.001 * value),
  }
  await expect(listGradientTests({ kernels }).get('conv2d: valid')?.()).rejects.toThrow('differences give')
})
