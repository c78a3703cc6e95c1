export * from './apply/index.ts'
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
export { ReplicaGuard } from './backend/replica-guard.ts'
export {
  checkRange,
  type Range,
  type StateEntry,
  type StateLayout,
  stateEntry,
  stateLayout,
} from './backend/state-layout.ts'
export * from './callbacks/index.ts'
export { type DataParallelLearner, type DataParallelOptions, dataParallel } from './distributed/data-parallel.ts'
export type { BatchMode } from './distributed/deal.ts'
export type { Distribution, RankSeconds } from './distributed/distribution.ts'
export { partition, type RankOf } from './distributed/partition.ts'
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
export * from './learners/index.ts'
export * from './losses/index.ts'
export * from './metrics/index.ts'
export { unknownName } from './names.ts'
export * from './network/index.ts'
export type { Schedule, ScheduleUnit } from './schedules/index.ts'
/** Learning rates that change during training: `schedules.cosine({ initial: 0.1, period: 1000 })`. */
export * as schedules from './schedules/index.ts'
export type { Callback, CallbackContext, Logs, TrainedModel, TrainingParams } from './training/callback.ts'
export type { Compiled, CompileOptions } from './training/compile.ts'
export type { ArrayData, ModelData } from './training/data.ts'
export type { BatchSequence, Dataset, DatasetBatch } from './training/dataset.ts'
export type { EvaluateOptions } from './training/evaluation.ts'
export type { FitOptions } from './training/fit-plan.ts'
export { arrayDataset, type IndexedDataset } from './training/indexed-dataset.ts'
export { deserializeModel, type LoadOptions, loadModel, modelFromJSON } from './training/load-model.ts'
export { model, sequential } from './training/make-model.ts'
export { Model } from './training/model.ts'
export type { WeightOptions } from './training/model-data.ts'
export type { ModelOptions } from './training/model-options.ts'
export { NdArray, type NestedNumbers, type NumberArray, ndarray, toCategorical } from './training/ndarray.ts'
export type { LossSpec, MetricSpec, ObjectiveOptions, PerOutput } from './training/objective.ts'
export type { TrainingProgress } from './training/progress.ts'
export type { ClassWeight } from './training/targets.ts'
