export { gradients } from './autodiff.ts'
export { type Graph, type GraphResults, graph, randomName } from './graph.ts'
export type {
  Conv2dAttributes,
  DType,
  Node,
  NodeOf,
  Op,
  Operations,
  Padding2d,
  Pair,
  Pool2dAttributes,
  RandomKind,
  ReduceAttributes,
  Shape,
} from './node.ts'
export { sameShape, showShape, sizeOf } from './node.ts'
export { printGraph } from './print.ts'
