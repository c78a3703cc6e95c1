import { hasSimd, type WasmMemory } from '../wasm/index.ts'
import { bernoulliThreshold } from './bernoulli.ts'
import { fillRows } from './fill-random.ts'
import { bernoulliGroup, type GroupWriter, smallBernoulliGroup, undecidedGroup, uniformGroup } from './group-writers.ts'
import { linkPhilox } from './philox-kernel.ts'
import { checkRandom, invalid, philoxKey, type RandomKey, type RandomSpec } from './random-key.ts'

/** Fills random tensors in one memory. */
export interface RandomFiller {
  /**
   * Writes a tensor `[samples, elementsPerSample]` at `byteOffset`, the same bits as `fillRandom`: `bernoulli` as
   * bytes of 0 and 1; `uniform` and `normal` as float32, for which the offset must be a multiple of 4.
   */
  fill(spec: RandomSpec, key: RandomKey, samples: number, elementsPerSample: number, byteOffset: number): void
}

type Kernels = ReturnType<typeof linkPhilox>

interface Place {
  readonly samples: number
  readonly elementsPerSample: number
  readonly byteOffset: number
}

/**
 * A filler of the caller's memory, shared or not. Vectors do the work on groups of 16 elements of a sample; what is
 * left of it, normal values, and everything on a machine without vectors is plain JavaScript.
 */
export function createRandomFiller(memory: WasmMemory): RandomFiller {
  const kernels = hasSimd() ? linkPhilox(memory) : undefined
  return {
    fill(spec, key, samples, elementsPerSample, byteOffset) {
      checkRandom(spec, key, samples, elementsPerSample)
      const out = viewOf(memory, spec, samples * elementsPerSample, byteOffset)
      const place = { samples, elementsPerSample, byteOffset }
      const done = kernels !== undefined && isVectorised(spec) ? fillGroups(kernels, spec, key, place) : 0
      fillRows(spec, out, key, { samples, elementsPerSample, firstElement: done })
    },
  }
}

/** Where a bernoulli is always 0 or always 1, there is no threshold to compare with. */
function isVectorised(spec: RandomSpec): boolean {
  if (spec.kind !== 'bernoulli') return spec.kind === 'uniform'
  const threshold = bernoulliThreshold(spec)
  return threshold > 0 && threshold < 2 ** 32
}

/** Fills what is whole groups in every sample, and returns how many elements that is. */
function fillGroups(kernels: Kernels, spec: RandomSpec, key: RandomKey, place: Place): number {
  if (spec.kind === 'bernoulli') return fillBernoulliGroups(kernels, bernoulliThreshold(spec), key, place)
  return runKernel(kernels.uniform, uniformGroup, key, place)
}

function fillBernoulliGroups(kernels: Kernels, threshold: number, key: RandomKey, place: Place): number {
  const done = runKernel(kernels.bernoulli, bernoulliGroup, key, place, { threshold })
  if (threshold % 2 ** 24 > 0) runKernel(kernels.undecided, undecidedGroup, key, place, { threshold, to: done })
  return runKernel(kernels.smallBernoulli, smallBernoulliGroup, key, place, { threshold, from: done })
}

/** Fills whole groups of the elements `from` (a multiple of 16) to `to` of each sample. Returns where they end. */
function runKernel(
  kernel: Kernels['uniform'],
  { groupElements, groupBytes }: GroupWriter,
  key: RandomKey,
  { samples, elementsPerSample, byteOffset }: Place,
  { threshold = 0, from = 0, to = elementsPerSample }: { threshold?: number; from?: number; to?: number } = {},
): number {
  const groups = Math.floor((to - from) / groupElements)
  const elementBytes = groupBytes / groupElements
  const address = byteOffset + from * elementBytes
  const position = [key.firstPosition, key.stream, key.step, ...philoxKey(key.seed)] as const
  if (samples > 0 && groups > 0) {
    kernel(address, elementsPerSample * elementBytes, samples, from / 4, groups, ...position, threshold)
  }
  return from + groups * groupElements
}

function viewOf(memory: WasmMemory, { kind }: RandomSpec, length: number, offset: number): Float32Array | Uint8Array {
  const elementBytes = kind === 'bernoulli' ? 1 : 4
  const { buffer } = memory
  if (!(offset >= 0 && offset % elementBytes === 0 && offset + length * elementBytes <= buffer.byteLength)) {
    throw invalid(
      'byteOffset',
      `random tensor: ${length} ${kind} values at byte ${offset} of a memory of ${buffer.byteLength} bytes; ` +
        `expected them to lie inside it, at a multiple of ${elementBytes}`,
    )
  }
  return kind === 'bernoulli' ? new Uint8Array(buffer, offset, length) : new Float32Array(buffer, offset, length)
}
