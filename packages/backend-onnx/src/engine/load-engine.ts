import { cApiEngine } from './c-api.ts'
import type { Engine } from './engine.ts'
import { jsEngine } from './js-api.ts'
import { koffiLoads } from './koffi.ts'

/** The ways to ONNX Runtime: its C API, or the JavaScript binding of onnxruntime-node. */
export type EngineKind = 'c-api' | 'js'

const makers: Readonly<Record<EngineKind, () => Promise<Engine>>> = { 'c-api': cApiEngine, js: jsEngine }

const loaded = new Map<EngineKind, Promise<Engine>>()

/** The engine of that kind, one per thread; by default the C API where koffi is installed. */
export async function loadEngine(kind?: EngineKind): Promise<Engine> {
  const chosen = kind ?? ((await koffiLoads()) ? 'c-api' : 'js')
  const engine = loaded.get(chosen) ?? makers[chosen]()
  loaded.set(chosen, engine)
  // What was missing may have been installed when somebody tries again.
  engine.catch(() => loaded.delete(chosen))
  return engine
}
