import { convolutionLowerings } from './convolution.ts'
import { elementwiseLowerings } from './elementwise.ts'
import { indexingLowerings } from './indexing.ts'
import type { LoweredOp, Lowerings } from './lowering.ts'
import { matmulLowerings } from './matmul.ts'
import { poolLowerings } from './pool.ts'
import { reductionLowerings } from './reduction.ts'
import { shapeLowerings } from './shape.ts'

/** How each primitive is computed, with kernels that every engine has. */
export const lowerings: Lowerings<LoweredOp> = {
  ...elementwiseLowerings,
  ...shapeLowerings,
  ...reductionLowerings,
  ...matmulLowerings,
  ...convolutionLowerings,
  ...poolLowerings,
  ...indexingLowerings,
}
