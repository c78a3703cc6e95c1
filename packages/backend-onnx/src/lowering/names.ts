import { LockstepError } from '@lockstep/core'
import type { OnnxGraph } from './onnx-graph.ts'
import type { Tensor } from './tensor.ts'

/** Names of tensors: inputs and outputs by those they were given, the others by layer and operation. */
export class Names {
  readonly #names = new Map<Tensor, string>()
  readonly #taken = new Set<string>()

  constructor(graph: OnnxGraph) {
    this.#collect(graph)
  }

  of(tensor: Tensor): string {
    const name = this.#names.get(tensor)
    if (name !== undefined) return name
    throw new LockstepError(
      'engine-failure',
      { engine: 'onnx' },
      `a tensor of shape [${tensor.shape}] is used but nothing makes it`,
    )
  }

  #collect(graph: OnnxGraph): void {
    for (const [name, tensor] of [...graph.inputs, ...graph.outputs]) this.#name(tensor, name)
    for (const { op, scope, outputs, attributes } of graph.nodes) {
      for (const attribute of Object.values(attributes))
        if (typeof attribute === 'object' && 'body' in attribute) this.#collect(attribute.body)
      for (const tensor of outputs) this.#name(tensor, scope === '' ? op : `${scope}/${op}`)
    }
    for (const tensor of graph.constants.keys()) {
      this.#name(tensor, graph.labels.get(tensor) ?? `constant_${tensor.type}`)
    }
  }

  #name(tensor: Tensor, wanted: string): void {
    if (this.#names.has(tensor)) return
    let name = wanted
    for (let count = 1; this.#taken.has(name); count++) name = `${wanted}_${count}`
    this.#taken.add(name)
    this.#names.set(tensor, name)
  }
}
