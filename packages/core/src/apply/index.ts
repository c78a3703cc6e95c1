export { type HostUpdate, type HostUpdateOptions, hostUpdate, type UpdateScalars } from './host-update.ts'
export { hyperparameterInput, inputSources, updateGraph, updateInputs } from './update-graph.ts'
export { type UpdateSources, updateNodes } from './update-nodes.ts'
export {
  type PlannedParameter,
  type PlannedStatistic,
  type SlotEntry,
  slotEntries,
  slotEntryName,
  type UpdatePlan,
} from './update-plan.ts'
