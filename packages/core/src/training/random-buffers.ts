import { type NodeOf, sizeOf } from '../graph/node.ts'
import { createRandomFiller, type RandomKey } from '../random/index.ts'

const pageBytes = 65536
const alignment = 64

/** Memory for the random inputs of one call, and the filling of it. */
export interface RandomBuffers {
  /** The memory to bind for a random input, all of its fused runs; undefined for one of another call. */
  tensor(node: NodeOf<'random'>): Float32Array | Uint8Array | undefined
  /** Draws run number `run` (0 unless runs are fused) of every tensor. */
  fill(key: Omit<RandomKey, 'stream'>, run?: number): void
  /** Takes over what another call has for the same random inputs, of its run number `run`. */
  copyFrom(other: RandomBuffers, run?: number): void
}

/** Allocates memory for `runs` runs of the given random inputs. */
export function randomBuffers(nodes: readonly NodeOf<'random'>[], runs: number): RandomBuffers {
  // A WebAssembly memory reserves gigabytes of addresses, however small it is.
  if (nodes.length === 0) return { tensor: () => undefined, fill: () => undefined, copyFrom: () => undefined }
  const offsets = new Map<number, number>()
  let end = 0
  for (const node of nodes) {
    offsets.set(node.attributes.stream, end)
    end += Math.ceil((runs * bytesOf(node)) / alignment) * alignment
  }
  const pages = Math.max(1, Math.ceil(end / pageBytes))
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const filler = createRandomFiller(memory)
  const tensor: RandomBuffers['tensor'] = (node) => {
    const byteOffset = offsets.get(node.attributes.stream)
    if (byteOffset === undefined) return undefined
    const View = node.dtype === 'bool' ? Uint8Array : Float32Array
    return new View(memory.buffer, byteOffset, runs * sizeOf(node.shape))
  }
  return {
    tensor,
    fill(key, run = 0) {
      for (const node of nodes) {
        const { stream } = node.attributes
        const samples = node.shape[0] as number
        const at = (offsets.get(stream) as number) + run * bytesOf(node)
        filler.fill(node.attributes, { ...key, stream }, samples, sizeOf(node.shape) / samples, at)
      }
    },
    copyFrom(other, run = 0) {
      for (const node of nodes) {
        const length = sizeOf(node.shape)
        const values = other.tensor(node)?.subarray(run * length, (run + 1) * length)
        if (values !== undefined) tensor(node)?.set(values)
      }
    },
  }
}

/** Bytes of one run. */
function bytesOf({ dtype, shape }: NodeOf<'random'>): number {
  return sizeOf(shape) * (dtype === 'bool' ? 1 : 4)
}
