import type { Call, HostTensor, Replica, Tensors } from '../backend/backend.ts'
import { type Graph, randomName } from '../graph/graph.ts'
import { type DType, sizeOf } from '../graph/node.ts'
import { type RandomBuffers, randomBuffers } from './random-buffers.ts'

/**
 * A prepared call with memory of its own for everything that is fed to it and comes out of it. It runs in a turn of its
 * session.
 */
export interface Feed extends Disposable {
  readonly inputs: Tensors
  readonly outputs: Readonly<Record<string, Float32Array>>
  readonly randoms: RandomBuffers
  /** Fused runs in one call; inputs and outputs hold as many parts. */
  readonly runs: number
  run(): Promise<void>
}

/** Prepares `graph` and binds new memory; with `steps`, of that many fused runs. */
export async function makeFeed(replica: Replica, graph: Graph, steps?: number): Promise<Feed> {
  const call: Call = await replica.prepare(graph, steps === undefined ? {} : { steps })
  const runs = steps ?? 1
  const inputs = Object.fromEntries(
    graph.inputs.map((node) => [node.attributes.name, allocate(node.dtype, runs * sizeOf(node.shape))]),
  )
  const outputs = Object.fromEntries(
    [...graph.outputs].map(([name, node]) => [name, allocate('float32', runs * sizeOf(node.shape)) as Float32Array]),
  )
  const randoms = randomBuffers(graph.randoms, runs)
  const masks = Object.fromEntries(graph.randoms.map((node) => [randomName(node), randoms.tensor(node) as HostTensor]))
  call.bind({ ...inputs, ...masks }, outputs)
  return { inputs, outputs, randoms, runs, run: () => call.run(), [Symbol.dispose]: () => call[Symbol.dispose]() }
}

function allocate(dtype: DType, length: number): HostTensor {
  // Memory of its own: V8 may keep small typed arrays inside its moving heap.
  const buffer = new ArrayBuffer(length * (dtype === 'bool' ? 1 : 4))
  if (dtype === 'bool') return new Uint8Array(buffer)
  return dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer)
}
