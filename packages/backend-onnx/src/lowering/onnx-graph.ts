import type { Shape } from '@lockstep/core'
import type { ElementType, Tensor, TensorData } from './tensor.ts'

/** Attributes of an ONNX node: integers, lists of them, text, floats and, for `Loop`, a body. */
export type Attribute = number | string | readonly number[] | { readonly float: number } | { readonly body: OnnxGraph }

export interface OnnxNode {
  readonly op: string
  /** Empty for the operations of the standard. */
  readonly domain: string
  /** Optional inputs that are left out are undefined. */
  readonly inputs: readonly (Tensor | undefined)[]
  readonly outputs: readonly Tensor[]
  readonly attributes: Readonly<Record<string, Attribute>>
  /** The layer it belongs to, for its name. */
  readonly scope: string
}

/** What {@link OnnxGraph.add} makes. */
export interface Result {
  readonly shape: Shape
  /** Default: that of the first input. */
  readonly type?: ElementType
}

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>
  readonly domain?: string
}

/** An ONNX graph that is being built: nodes in order of execution, constants, inputs and outputs by name. */
export class OnnxGraph {
  readonly nodes: OnnxNode[] = []
  readonly constants: Map<Tensor, TensorData> = new Map()
  /** Names that constants should have. */
  readonly labels: Map<Tensor, string> = new Map()
  readonly inputs: Map<string, Tensor> = new Map()
  readonly outputs: Map<string, Tensor> = new Map()
  /** Given to the nodes that are added from now on. */
  scope = ''
  readonly #made = new Set<Tensor>()
  readonly #constantsByKey = new Map<string, Tensor>()

  input(name: string, type: ElementType, shape: Shape): Tensor {
    const tensor: Tensor = { type, shape }
    this.inputs.set(name, tensor)
    return tensor
  }

  /** Hands a tensor out. It keeps its name when a node makes it and it is handed out once; else a copy is. */
  output(name: string, tensor: Tensor): void {
    const free = this.#made.has(tensor) && ![...this.outputs.values()].includes(tensor)
    this.outputs.set(name, free ? tensor : this.add('Identity', [tensor], { shape: tensor.shape }))
  }

  /** Appends a node with one output and returns that. */
  add(op: string, inputs: readonly (Tensor | undefined)[], { shape, type }: Result, options: NodeOptions = {}): Tensor {
    const output: Tensor = { type: type ?? inputs[0]?.type ?? 'float32', shape }
    this.addNode(op, inputs, [output], options)
    return output
  }

  /** Appends a node with the given outputs. */
  addNode(
    op: string,
    inputs: readonly (Tensor | undefined)[],
    outputs: readonly Tensor[],
    { attributes = {}, domain = '' }: NodeOptions = {},
  ): void {
    for (const tensor of outputs) this.#made.add(tensor)
    this.nodes.push({ op, domain, inputs, outputs, attributes, scope: this.scope })
  }

  /** Puts a node before all others; its output may be what was an input. */
  prepend(op: string, inputs: readonly Tensor[], output: Tensor, { attributes = {} }: NodeOptions = {}): void {
    this.nodes.unshift({ op, domain: '', inputs, outputs: [output], attributes, scope: '' })
  }

  /** A constant; equal ones are one tensor. */
  constant(type: ElementType, shape: Shape, data: TensorData): Tensor {
    const key = data.length > 64 ? undefined : `${type}[${shape}]${data}${signsOfZeros(data)}`
    const known = key === undefined ? undefined : this.#constantsByKey.get(key)
    if (known !== undefined) return known
    const tensor: Tensor = { type, shape }
    this.constants.set(tensor, data)
    if (key !== undefined) this.#constantsByKey.set(key, tensor)
    return tensor
  }

  /** Gives a tensor its value. */
  addConstant(tensor: Tensor, data: TensorData, label?: string): void {
    this.constants.set(tensor, data)
    if (label !== undefined) this.labels.set(tensor, label)
  }

  /** A list of int64, e.g. a shape. */
  int64(values: readonly number[]): Tensor {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt))
  }

  /** A float32 scalar. */
  scalar(value: number): Tensor {
    return this.constant('float32', [], Float32Array.of(value))
  }
}

function signsOfZeros(data: TensorData): string {
  return data instanceof Float32Array ? Array.from(data, (value) => (Object.is(value, -0) ? '-' : '')).join('.') : ''
}
