import {
  type Backend,
  conv2d,
  dense,
  dropout,
  flatten,
  maxPooling2d,
  momentum,
  type NdArray,
  ndarray,
  sequential,
} from '@lockstep/core'

const batchSize = 16
const steps = 3

/** What training on a backend gave. */
export interface ProbeResult {
  /** The loss of each step. */
  readonly losses: readonly number[]
  /** The fastest step after the first, which compiles. */
  readonly stepMilliseconds: number
}

/**
 * Trains a small model with a convolution, a pool, dropout and dense layers for a few steps: the same ones on every
 * backend, from the same seed.
 */
export async function trainProbe(backend: Backend, device: string): Promise<ProbeResult> {
  await using model = sequential(
    [
      conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
      maxPooling2d({ poolSize: 2 }),
      dropout({ rate: 0.25 }),
      flatten(),
      dense({ units: 16, activation: 'tanh' }),
      dense({ units: 4, activation: 'softmax' }),
    ],
    { seed: 7 },
  )
  model.compile({ backend, device, loss: 'sparseCategoricalCrossentropy', learner: momentum({ learningRate: 0.1 }) })
  const { x, y } = samples()
  const losses: number[] = []
  let fastest = Infinity
  for (let step = 0; step < steps; step++) {
    const start = performance.now()
    losses.push((await model.trainOnBatch(x, y))['loss'] ?? Number.NaN)
    if (step > 0) fastest = Math.min(fastest, performance.now() - start)
  }
  return { losses, stepMilliseconds: fastest }
}

/** Images that differ by class, with noise on them: xorshift32 of a fixed seed. */
function samples(): { readonly x: NdArray; readonly y: NdArray } {
  const y = Float32Array.from({ length: batchSize }, (_, index) => index % 4)
  let state = 2463534242
  const random = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  const pixel = (index: number): number => ((index >> 6) % 4 === (index & 63) >> 4 ? 1 : 0) + 0.5 * random()
  const x = Float32Array.from({ length: batchSize * 64 }, (_, index) => pixel(index))
  return { x: ndarray(x, [batchSize, 8, 8, 1]), y: ndarray(y) }
}
