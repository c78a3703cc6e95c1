import { type NodeOf, sizeOf } from '../graph/node.ts'
import { createRandomFiller, type RandomKey } from '../random/index.ts'

const pageBytes = 65536
const alignment = 64

/** Memory for the random inputs of one call, and the filling of it. */
export interface RandomBuffers {
  readonly memory: WebAssembly.Memory
  /** The memory to bind for a random input: all of its fused runs. */
  tensor(node: NodeOf<'random'>): Float32Array | Uint8Array
  /** Draws run number `run` (0 unless runs are fused) of every tensor. */
  fill(key: Omit<RandomKey, 'stream'>, run?: number): void
  /** Takes over the values of another call's random inputs, which must be the same ones. */
  copyFrom(other: RandomBuffers): void
}

interface Place {
  readonly node: NodeOf<'random'>
  readonly byteOffset: number
  /** Bytes of one run. */
  readonly byteLength: number
}

/** Allocates memory for `runs` runs of the given random inputs. */
export function randomBuffers(nodes: readonly NodeOf<'random'>[], runs: number): RandomBuffers {
  const places = new Map<number, Place>()
  let end = 0
  for (const node of nodes) {
    const byteLength = sizeOf(node.shape) * (node.dtype === 'bool' ? 1 : 4)
    places.set(node.attributes.stream, { node, byteOffset: end, byteLength })
    end += Math.ceil((runs * byteLength) / alignment) * alignment
  }
  const pages = Math.max(1, Math.ceil(end / pageBytes))
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const filler = createRandomFiller(memory)
  return {
    memory,
    tensor({ attributes: { stream }, dtype }) {
      const { byteOffset, byteLength } = places.get(stream) as Place
      const View = dtype === 'bool' ? Uint8Array : Float32Array
      return new View(memory.buffer, byteOffset, (runs * byteLength) / View.BYTES_PER_ELEMENT)
    },
    fill(key, run = 0) {
      for (const { node, byteOffset, byteLength } of places.values()) {
        const samples = node.shape[0] as number
        const { stream } = node.attributes
        filler.fill(
          node.attributes,
          { ...key, stream },
          samples,
          sizeOf(node.shape) / samples,
          byteOffset + run * byteLength,
        )
      }
    },
    copyFrom(other) {
      new Uint8Array(memory.buffer).set(
        new Uint8Array(other.memory.buffer, 0, Math.min(other.memory.buffer.byteLength, memory.buffer.byteLength)),
      )
    },
  }
}
