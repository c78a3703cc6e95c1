export type { OptimizationLevel } from './engine/engine.ts'
export type { EngineKind } from './engine/load-engine.ts'
export { type OnnxOptions, onnx } from './onnx.ts'
