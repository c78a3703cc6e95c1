import {
  type Graph,
  gradients,
  graph,
  type HostTensor,
  hostTensor,
  type Node,
  ops,
  randomName,
  type Shape,
  type StateLayout,
  sizeOf,
  stateLayout,
  type Tensors,
} from '@lockstep/core'

const parameters: readonly (readonly [string, Shape])[] = [
  ['conv1/kernel', [3, 3, 1, 32]],
  ['conv1/bias', [32]],
  ['conv2/kernel', [3, 3, 32, 64]],
  ['conv2/bias', [64]],
  ['dense/kernel', [9216, 10]],
  ['dense/bias', [10]],
]

/** A training step's graph of Keras' mnist_cnn with one dense layer, and the state that it works on. */
export interface Step {
  readonly graph: Graph
  readonly layout: StateLayout
}

export function gradientStep(batch: number): Step {
  const states = parameters.map(([name, shape]) => ops.state(name, shape))
  const logits = network(states, batch)
  const loss = ops.neg(ops.reduceSum(ops.mul(ops.input('y', [batch, 10]), ops.logSoftmax(logits))))
  const sums = gradients(loss, states)
  const updates = Object.fromEntries(parameters.map(([name], index) => [`gradient/${name}`, sums[index] as Node]))
  const layout = stateLayout([
    ...parameters,
    ...parameters.map(([name, shape]) => [`gradient/${name}`, shape] as const),
  ])
  return { graph: graph({ outputs: { loss }, updates }), layout }
}

function network(states: readonly Node[], batch: number): Node {
  const [kernel1, bias1, kernel2, bias2, kernel3, bias3] = states as [Node, Node, Node, Node, Node, Node]
  const x = ops.input('x', [batch, 28, 28, 1])
  const first = ops.relu(ops.add(ops.conv2d(x, kernel1), bias1))
  const second = ops.relu(ops.add(ops.conv2d(first, kernel2), bias2))
  const pooled = ops.maxPool2d(second, { size: 2 })
  const kept = ops.random('bernoulli', pooled.shape, { stream: 0, probability: 0.75 })
  const dropped = ops.mul(pooled, ops.mul(ops.cast(kept, 'float32'), 1 / 0.75))
  return ops.add(ops.matmul(ops.reshape(dropped, [batch, 9216]), kernel3), bias3)
}

/** Digits-like images (a bright patch on a flat ground, so that maxima tie), one-hot labels, masks. */
export function batchOf({ graph }: Step, shared = false): { readonly inputs: Tensors; readonly outputs: Tensors } {
  const inputs = graph.inputs.map(({ attributes: { name }, shape }) => {
    const value = name === 'x' ? brightPatch : (at: number) => (at % 10 === Math.floor(at / 10) % 10 ? 1 : 0)
    return [
      name,
      memory(
        Float32Array.from({ length: sizeOf(shape) }, (_, at) => value(at)),
        shared,
      ),
    ] as const
  })
  const randoms = graph.randoms.map((node) => {
    const bits = Uint8Array.from({ length: sizeOf(node.shape) }, (_, at) => (hash(at) > 0.25 ? 1 : 0))
    return [randomName(node), memory(bits, shared)] as const
  })
  const outputs = { loss: memory(hostTensor('float32', 1), shared) }
  return { inputs: Object.fromEntries([...inputs, ...randoms]), outputs }
}

/** Small weights, and positive biases: ties of the flat ground are then positive, as in a trained network. */
export function initialise(state: Float32Array, { layout }: Step): void {
  for (const [name, shape] of parameters) {
    const { offset, length } = layout.entries.get(name) ?? { offset: 0, length: 0 }
    const scale = name.endsWith('bias') ? 0 : Math.sqrt(3 / sizeOf(shape.slice(0, -1)))
    for (let at = 0; at < length; at++)
      state[offset + at] = (2 * hash(offset + at) - 1) * scale + (scale === 0 ? 0.1 : 0)
  }
}

function brightPatch(at: number): number {
  const [row, column] = [Math.floor(at / 28) % 28, at % 28]
  return row > 5 && row < 22 && column > 8 && column < 18 ? hash(at) : 0
}

function hash(at: number): number {
  return ((Math.imul(at ^ 0x9e3779b9, 2654435761) ^ (at << 7)) >>> 0) / 2 ** 32
}

function memory<T extends HostTensor>(values: T, shared: boolean): T {
  if (!shared) return values
  const copy = new (values.constructor as new (buffer: SharedArrayBuffer) => T)(
    new SharedArrayBuffer(values.byteLength),
  )
  copy.set(values)
  return copy
}
