import {
  batchNormalization,
  type CompileOptions,
  dense,
  dropout,
  type Layer,
  type Model,
  type NdArray,
  ndarray,
  sequential,
  toCategorical,
} from '@lockstep/core'
import { Random } from '../random.ts'
import type { Subject } from '../subject.ts'

/** Tests of whole trainings by what they claim. */
export type TrainingTests = Readonly<Record<string, (subject: Subject) => Promise<void>>>

/** Random inputs `[samples, 6]` and the classes 0 … 2 of a rule that can be learned. */
export interface Samples {
  readonly x: NdArray
  readonly y: NdArray
  readonly labels: Int32Array
}

export function samples(count: number, seed = 'samples'): Samples {
  const random = new Random(seed)
  const x = Float32Array.from({ length: count * 6 }, () => random.normal())
  const labels = Int32Array.from({ length: count }, (_, row) => {
    const [a = 0, b = 0] = x.subarray(row * 6, row * 6 + 2)
    return a > 0.3 ? 2 : b > 0 ? 1 : 0
  })
  return { x: ndarray(x, [count, 6]), y: toCategorical(labels, 3), labels }
}

/** Two dense layers with what is asked for between them. */
export function network(...between: Layer[]): Layer[] {
  return [
    dense({ units: 8, activation: 'tanh', inputShape: [6] }),
    ...between,
    dense({ units: 3, activation: 'softmax' }),
  ]
}

export const withDropout = (): Layer[] => network(dropout({ rate: 0.4 }))
export const withStatistics = (): Layer[] => network(batchNormalization())

/** A compiled model on the backend under test; the learner is plain SGD unless `options` say otherwise. */
export function compiled(subject: Subject, layers: Layer[], options: Partial<CompileOptions> = {}, seed = 5): Model {
  const model = sequential(layers, { seed })
  model.compile({
    backend: subject.backend(),
    ...(subject.device === undefined ? {} : { device: subject.device }),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
    learner: 'sgd',
    ...options,
  })
  return model
}

/** Makes a model, uses it, and disposes it whatever happens. */
export async function using<T>(model: Model, use: (model: Model) => Promise<T>): Promise<T> {
  try {
    return await use(model)
  } finally {
    await model.dispose()
  }
}

/** The largest difference between two lists of weights. */
export function distance(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return a.reduce((most, values, index) => {
    const others = b[index] as Float32Array
    return values.reduce((far, value, at) => Math.max(far, Math.abs(value - (others[at] as number))), most)
  }, 0)
}

/** Throws unless `got` is at most `limit`. */
export function expectAtMost(what: string, got: number, limit: number): void {
  if (!(got <= limit)) throw new Error(`${what} is ${got}; expected at most ${limit}`)
}

/** Throws unless both are the same text or number. */
export function expectSame(what: string, got: unknown, expected: unknown): void {
  if (!Object.is(got, expected)) throw new Error(`${what} is ${String(got)}; expected ${String(expected)}`)
}
