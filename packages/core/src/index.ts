export { type Arena, allocateArena } from './backend/arena.ts'
export type {
  Backend,
  BackendCapabilities,
  BackendDescriptor,
  Call,
  Device,
  HostTensor,
  OpenOptions,
  PrepareOptions,
  Replica,
  Tensors,
} from './backend/backend.ts'
export { checkBinding, checkStates, hostTensor } from './backend/binding.ts'
export type { CollectiveOptions, Communicator } from './backend/communicator.ts'
export { type Range, type StateEntry, type StateLayout, stateEntry, stateLayout } from './backend/state-layout.ts'
export { type ErrorCode, type ErrorDetails, isLockstepError, LockstepError } from './errors.ts'
export type {
  Conv2dAttributes,
  DType,
  Graph,
  GraphResults,
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
} from './graph/index.ts'
export { gradients, graph, printGraph, randomName, sameShape, showShape, sizeOf } from './graph/index.ts'
/** The graph operations, for layers, losses, metrics and learners of your own: `ops.matmul(x, w)`. */
export * as ops from './graph/ops.ts'
export * from './losses/index.ts'
export * from './metrics/index.ts'
