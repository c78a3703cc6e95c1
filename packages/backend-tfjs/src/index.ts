export {
  type EngineName,
  engineNames,
  type NativeEngineName,
  nativeFolder,
  nativeManifest,
  nativePackages,
} from './engine/engine-name.ts'
export type { TfjsOptions } from './options.ts'
export { tfjs } from './tfjs.ts'
