export { clip, logSoftmax, logSumExp, softmax, softplus, square } from './ops/compose.ts'
export { type Conv2dOptions, conv2d, conv2dFilterGradient, conv2dInputGradient } from './ops/conv.ts'
export {
  abs,
  add,
  cast,
  div,
  equal,
  erf,
  exp,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  max,
  min,
  mul,
  neg,
  type Operand,
  pow,
  relu,
  select,
  sigmoid,
  sign,
  sqrt,
  stopGradient,
  sub,
  tanh,
} from './ops/elementwise.ts'
export { gather, oneHot, scatterAdd } from './ops/indexing.ts'
export { constant, input, iota, type RandomOptions, random, state } from './ops/leaves.ts'
export { type MatmulOptions, matmul } from './ops/matmul.ts'
export { avgPool2d, avgPool2dGradient, maxPool2d, maxPool2dGradient, type Pool2dOptions } from './ops/pool.ts'
export { argmax, moments, type ReduceOptions, reduceMax, reduceMean, reduceSum } from './ops/reduce.ts'
export { broadcast, broadcastShapes, concat, pad, reshape, slice, transpose } from './ops/shape.ts'
export type { PaddingMode, PairLike } from './ops/window.ts'
export { withScope } from './scope.ts'
