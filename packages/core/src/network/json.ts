import { LockstepError } from '../errors.ts'
import type { Shape } from '../graph/node.ts'
import { lookUp } from '../names.ts'
import type { LayerClass, LayerOptions } from './define-layer.ts'
import type { Layer, SymbolicTensor } from './layer.ts'
import { builtInLayers } from './layers/built-in.ts'
import { inputTensor } from './layers/input.ts'
import { Network } from './network.ts'
import { plainConfig } from './plain-config.ts'

/** A layer as JSON. */
export interface LayerJSON {
  readonly className: string
  readonly name: string
  readonly trainable: boolean
  readonly config: Readonly<Record<string, unknown>>
  readonly inputShape?: Shape
  readonly inputDType?: 'float32' | 'int32'
}

/** A network as plain JSON, without values. */
export interface NetworkJSON {
  readonly format: 'lockstep-network'
  readonly version: 1
  readonly kind: Network['kind']
  /** Input layers included. */
  readonly layers: readonly LayerJSON[]
  /** Every use of a layer, operands before users; `inputs` are positions in this list. */
  readonly calls: readonly { readonly layer: string; readonly inputs: readonly number[] }[]
  /** Positions in `calls`. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/** What reading a network from JSON needs besides the JSON. */
export interface JSONOptions {
  /** Classes of your own that the network uses, as `defineLayer` makes them. */
  readonly customLayers?: readonly LayerClass[]
}

/**
 * The network as plain JSON. Throws `unsupported`, naming the layer, where one holds a function (a lambda, an
 * activation of one's own) or an initialiser that is not built in.
 */
export function networkToJSON(network: Network): NetworkJSON {
  const layers = [...new Set(network.calls.map((call) => call.layer))]
  return {
    format: 'lockstep-network',
    version: 1,
    kind: network.kind,
    layers: layers.map(layerToJSON),
    calls: network.calls.map(({ layer, inputs }) => ({ layer: layer.name, inputs: [...inputs] })),
    inputs: [...network.ports.inputs],
    outputs: [...network.ports.outputs],
  }
}

/**
 * The network again: equal names, weights and random streams. Throws `invalid-data` for anything else than
 * `networkToJSON` gives, `unknown-name` for a layer class that is neither built in nor among `customLayers`.
 */
export function networkFromJSON(json: unknown, { customLayers = [] }: JSONOptions = {}): Network {
  const { kind, layers, calls, inputs, outputs } = checkedJSON(json)
  const classes = Object.fromEntries([...builtInLayers, ...customLayers].map((known) => [known.className, known]))
  const byName = new Map(layers.map((layer) => [layer.name, layerFromJSON(layer, classes)]))
  const values: SymbolicTensor[] = []
  const valueAt = (position: number): SymbolicTensor =>
    values[position] ?? damaged(`there is no call ${position} to refer to`)
  for (const call of calls) {
    const layer = byName.get(call.layer) ?? damaged(`there is no layer '${call.layer}'`)
    values.push(call.inputs.length === 0 ? inputTensor(layer) : layer.apply(call.inputs.map(valueAt)))
  }
  return new Network(kind, inputs.map(valueAt), outputs.map(valueAt))
}

function layerToJSON(layer: Layer): LayerJSON {
  const { className, name, trainable, inputShape, inputDType } = layer
  return {
    className,
    name,
    trainable,
    config: plainConfig(layer),
    ...(inputShape !== undefined && { inputShape: [...inputShape] }),
    ...(inputDType !== undefined && { inputDType }),
  }
}

function layerFromJSON(json: LayerJSON, classes: Readonly<Record<string, LayerClass>>): Layer {
  const { className, config, ...options } = json
  const advice = 'pass classes of your own as { customLayers: [yourLayer] }'
  return lookUp('layer class', className, classes, advice).fromConfig(config, options satisfies LayerOptions)
}

function checkedJSON(json: unknown): NetworkJSON {
  const given = (typeof json === 'object' && json !== null ? json : {}) as Partial<Record<keyof NetworkJSON, unknown>>
  if (given.format !== 'lockstep-network')
    damaged(`its format is ${JSON.stringify(given.format)}, not 'lockstep-network'`)
  if (given.version !== 1) damaged(`its version is ${JSON.stringify(given.version)}, and only 1 is known here`)
  if (given.kind !== 'sequential' && given.kind !== 'functional') damaged(`its kind is ${JSON.stringify(given.kind)}`)
  for (const list of ['layers', 'calls', 'inputs', 'outputs'] as const) {
    if (!Array.isArray(given[list])) damaged(`it has no list of ${list}`)
  }
  return given as unknown as NetworkJSON
}

function damaged(problem: string): never {
  const message = `the JSON of the network cannot be read: ${problem}; expected what networkToJSON gives`
  throw new LockstepError('invalid-data', { source: 'network JSON' }, message)
}
