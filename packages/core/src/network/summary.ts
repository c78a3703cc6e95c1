import { type Shape, sameShape, sizeOf } from '../graph/node.ts'
import type { Layer } from './layer.ts'
import type { Network } from './network.ts'
import { invalidOption } from './option-checks.ts'

/** Options of {@link summary}. */
export interface SummaryOptions {
  /** Columns of the whole table. Default 65, or 100 with the column of connections. */
  readonly lineLength?: number
  /** Where each column ends: as parts of the line where the last is at most 1, else in characters. */
  readonly positions?: readonly number[]
}

/**
 * The table of layers that Keras 2.0.4 prints, character for character: shapes, numbers of parameters and, unless
 * every layer just follows the one before, connections as `layer[use][0]`. Lines are not ended but separated.
 */
export function summary(network: Network, options: SummaryOptions = {}): string {
  const chain = isChain(network)
  const { lineLength = chain ? 65 : 100 } = options
  const columns = columnEnds(lineLength, options.positions ?? (chain ? [0.45, 0.85, 1] : [0.33, 0.55, 0.67, 1]), chain)
  const header = ['Layer (type)', 'Output Shape', 'Param #', ...(chain ? [] : ['Connected to'])]
  const tables = network.layers.map((layer) => layerRows(network, layer, chain))
  const [thin, thick] = ['_'.repeat(lineLength), '='.repeat(lineLength)]
  return [
    thin,
    row(header, columns),
    thick,
    ...tables.flatMap((rows, index) => [
      ...rows.map((fields) => row(fields, columns)),
      index === tables.length - 1 ? thick : thin,
    ]),
    ...totals(network),
    thin,
  ].join('\n')
}

/** Whether a list of layers says everything: as Keras decides it, by at most one value at each depth. */
function isChain({ kind, calls }: Network): boolean {
  const depths = calls.map((call) => call.depth)
  return (
    kind === 'sequential' || (new Set(depths).size === depths.length && calls.every((call) => call.inputs.length <= 1))
  )
}

function columnEnds(lineLength: number, positions: readonly number[], chain: boolean): readonly number[] {
  if (positions.length !== (chain ? 3 : 4)) {
    throw invalidOption('summary', 'positions', positions, `${chain ? 3 : 4} numbers, one for each column`)
  }
  return (positions.at(-1) as number) <= 1 ? positions.map((part) => Math.trunc(lineLength * part)) : positions
}

function layerRows(network: Network, layer: Layer, chain: boolean): string[][] {
  const count = weightsOf(network, layer).reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0)
  const fields = [`${layer.name} (${layer.className})`, outputShape(network, layer), String(count)]
  if (chain) return [fields]
  const [first = '', ...others] = connections(network, layer)
  return [[...fields, first], ...others.map((connection) => ['', '', '', connection])]
}

function weightsOf(network: Network, layer: Layer): Network['weights'] {
  return network.weights.filter((weight) => weight.layer === layer)
}

function outputShape(network: Network, layer: Layer): string {
  const shapes = network.calls.filter((call) => call.layer === layer).map((call) => call.shape)
  const first = shapes[0] as Shape
  return shapes.every((shape) => sameShape(shape, first)) ? asTuple(first) : 'multiple'
}

/** As Python writes a tuple with the batch axis in front; one of a single element ends in a comma. */
function asTuple(shape: Shape): string {
  return shape.length === 0 ? '(None,)' : `(None, ${shape.join(', ')})`
}

function connections(network: Network, layer: Layer): string[] {
  const used = network.calls.filter((call) => call.layer === layer).flatMap((call) => call.inputs)
  return used.map((position) => {
    const source = network.calls[position] as Network['calls'][number]
    return `${source.layer.name}[${source.use}][0]`
  })
}

/** One line: each field cut off or filled up to the end of its column, with a space before the next. */
function row(fields: readonly string[], columns: readonly number[]): string {
  return fields.reduce((line, field, index) => {
    const joined = index === 0 ? field : `${line.slice(0, -1)} ${field}`
    const end = columns[index] as number
    return joined.slice(0, end).padEnd(end)
  }, '')
}

function totals({ weights }: Network): string[] {
  const count = (counted: Network['weights']): number => counted.reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0)
  const trainable = count(weights.filter(({ layer, spec }) => layer.trainable && spec.kind === 'parameter'))
  const total = count(weights)
  const shown = (value: number): string => value.toLocaleString('en-US')
  return [
    `Total params: ${shown(total)}`,
    `Trainable params: ${shown(trainable)}`,
    `Non-trainable params: ${shown(total - trainable)}`,
  ]
}
