export { type Evaluation, evaluate, type Feeds } from './evaluate.ts'
export { type ComputedOp, type Kernel, type Kernels, type KernelsOf, referenceKernels } from './kernels.ts'
export { reference } from './reference.ts'
