import type { LayerClass } from '../define-layer.ts'
import * as layers from './index.ts'
import { inputLayer } from './input.ts'

/** The classes that JSON may name without more ado: all that the index exports, and inputs. */
export const builtInLayers: readonly LayerClass[] = [inputLayer, ...Object.values<object>(layers).filter(isLayerClass)]

function isLayerClass(value: object): value is LayerClass {
  return 'className' in value && 'fromConfig' in value
}
