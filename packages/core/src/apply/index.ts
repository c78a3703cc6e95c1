export { type HostUpdate, type HostUpdateOptions, hostUpdate } from './host-update.ts'
export { type SharedUpdate, sharedUpdate } from './shared-update.ts'
export type { SharedWork, StartHelpers } from './shared-work.ts'
export { hyperparameterInput, inputSources, updateGraph, updateInputs } from './update-graph.ts'
export type { UpdateScalars } from './update-jobs.ts'
export { type UpdateSources, updateNodes } from './update-nodes.ts'
export {
  type PlannedParameter,
  type PlannedStatistic,
  type SlotEntry,
  slotEntries,
  slotEntryName,
  type UpdatePlan,
} from './update-plan.ts'
