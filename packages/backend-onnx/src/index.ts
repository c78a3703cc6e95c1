export type { OptimizationLevel } from './engine/engine.ts'
export type { EngineKind } from './engine/load-engine.ts'
export { type ExportOptions, exportOnnx } from './export/export-onnx.ts'
export { type OnnxOptions, onnx } from './onnx.ts'
