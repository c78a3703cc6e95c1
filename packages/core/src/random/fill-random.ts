import { fillBernoulli } from './bernoulli.ts'
import { blockWriter, type FloatKind } from './block-writers.ts'
import { philox4x32 } from './philox.ts'
import { checkRandom, invalid, philoxKey, type RandomKey, type RandomSpec, type Rows } from './random-key.ts'

/**
 * Fills a random tensor `[samples, elementsPerSample]`: `bernoulli` into a Uint8Array of 0 and 1, `uniform` in [0, 1)
 * and `normal` (mean 0, deviation 1) into a Float32Array. This is the definition of every bit; see {@link RandomKey}.
 */
export function fillRandom(
  spec: RandomSpec,
  key: RandomKey,
  samples: number,
  elementsPerSample: number,
  out: Float32Array | Uint8Array,
): void {
  checkRandom(spec, key, samples, elementsPerSample)
  checkOut(spec, samples * elementsPerSample, out)
  fillRows(spec, out, key, { samples, elementsPerSample, firstElement: 0 })
}

/** Fills part of a tensor; `out` is all of it. */
export function fillRows(spec: RandomSpec, out: Float32Array | Uint8Array, key: RandomKey, rows: Rows): void {
  if (spec.kind === 'bernoulli') fillBernoulli(spec, out as Uint8Array, key, rows)
  else fillFloats(spec.kind, out as Float32Array, key, rows)
}

/** Element e of a sample is made of word e mod 4 of block floor(e / 4), a normal value of a pair of them. */
function fillFloats(
  kind: FloatKind,
  out: Float32Array,
  key: RandomKey,
  { samples, elementsPerSample, firstElement }: Rows,
): void {
  const write = blockWriter(kind, out)
  const words = new Uint32Array(4)
  const seed = philoxKey(key.seed)
  for (let sample = 0; sample < samples; sample++) {
    for (let element = firstElement; element < elementsPerSample; element += 4) {
      philox4x32([element / 4, key.firstPosition + sample, key.stream, key.step], seed, words)
      write(words, sample * elementsPerSample + element, Math.min(4, elementsPerSample - element))
    }
  }
}

function checkOut({ kind }: RandomSpec, length: number, out: Float32Array | Uint8Array): void {
  const expected = kind === 'bernoulli' ? Uint8Array : Float32Array
  if (out instanceof expected && out.length === length) return
  throw invalid(
    'out',
    `random tensor: ${kind} was given a ${out.constructor.name} of ${out.length} to fill; expected a ${expected.name} of ${length}`,
  )
}
