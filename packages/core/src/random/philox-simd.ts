import { hasSimd, type WasmMemory } from '../wasm/index.ts'
import { bernoulliThreshold, blockWriter } from './block-writers.ts'
import { fillRows } from './fill-random.ts'
import { groupElements, linkPhilox } from './philox-kernel.ts'
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
      fillRows(blockWriter(spec, out), key, { samples, elementsPerSample, firstElement: done })
    },
  }
}

/** The bernoulli kernel compares with the largest word that makes a 1: there must be one. */
function isVectorised(spec: RandomSpec): boolean {
  return spec.kind === 'uniform' || (spec.kind === 'bernoulli' && bernoulliThreshold(spec) > 0)
}

/** Fills what is whole groups in every sample, and returns how many elements that is. */
function fillGroups(kernels: Kernels, spec: RandomSpec, key: RandomKey, place: Place): number {
  const { samples, elementsPerSample, byteOffset } = place
  const groups = Math.floor(elementsPerSample / groupElements)
  if (samples === 0 || groups === 0) return 0
  const common = [samples, groups, key.firstPosition, key.stream, key.step, ...philoxKey(key.seed)] as const
  if (spec.kind === 'bernoulli') {
    kernels.bernoulli(byteOffset, elementsPerSample, ...common, bernoulliThreshold(spec) - 1)
  } else {
    kernels.uniform(byteOffset, 4 * elementsPerSample, ...common, 0)
  }
  return groups * groupElements
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
