import {
  type Arena,
  allocateArena,
  type HostUpdate,
  hostUpdate,
  type Learner,
  LockstepError,
  type Shape,
  type StateLayout,
  slotEntries,
  stateEntry,
  stateLayout,
} from '@lockstep/core'
import { median } from '../statistics.ts'
import { weightShapes } from '../train/material.ts'
import { learnerOf } from '../train/models.ts'
import type { ModelName } from '../train/protocol.ts'
import { uniformNumbers } from '../train/random.ts'

/** Median milliseconds of one update of all weights. */
export interface UpdateResult {
  readonly model: ModelName
  readonly learner: string
  readonly parameters: number
  readonly simdMs: number
  readonly javascriptMs: number
}

interface Side {
  readonly arena: Arena
  readonly update: HostUpdate
}

/**
 * The learner's pass over the weights of an example, as vectors and as plain JavaScript, in turns. Throws `invalid-data`
 * when the two differ in a bit.
 */
export function updateBenchmark(model: ModelName, rounds: number): UpdateResult {
  const learner = learnerOf(model)
  const [simd, javascript] = [side(model, learner, true), side(model, learner, false)] as const
  const times = { simd: [] as number[], javascript: [] as number[] }
  for (let step = 0; step < rounds; step++) {
    const scalars = {
      denominator: 128,
      sampleCount: 128,
      step,
      hyperparameters: learner.hyperparameters({ step, samples: 128 * step, batchSamples: 128 }),
    }
    times.simd.push(timed(() => simd.update(scalars)))
    times.javascript.push(timed(() => javascript.update(scalars)))
  }
  checkSame(simd.arena.floats, javascript.arena.floats)
  const parameters = weightShapes[model].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0)
  const [simdMs, javascriptMs] = [median(times.simd), median(times.javascript)]
  return { model, learner: learner.name, parameters, simdMs, javascriptMs }
}

function side(model: ModelName, learner: Learner, simd: boolean): Side {
  const parameters = weightShapes[model].map((shape, index) => {
    return { name: `weight_${index}`, shape, gradient: `gradient/weight_${index}` }
  })
  const slots = slotEntries({ learner, parameters })
  const layout = stateLayout([
    ...parameters.map(({ name, shape }): [string, Shape] => [name, shape]),
    ...parameters.map(({ gradient, shape }): [string, Shape] => [gradient, shape]),
    ...slots.map(({ name, shape }): [string, Shape] => [name, shape]),
  ])
  const arena = allocateArena(layout.length)
  for (const { name, initial } of slots) view(arena, layout, name).fill(initial)
  const random = uniformNumbers(3)
  for (const { name, gradient } of parameters) {
    for (const values of [view(arena, layout, name), view(arena, layout, gradient)]) {
      for (let index = 0; index < values.length; index++) values[index] = random() - 0.5
    }
  }
  return { arena, update: hostUpdate(arena, layout, { learner, parameters, statistics: [] }, { simd }) }
}

function view({ floats }: Arena, layout: StateLayout, name: string): Float32Array {
  const { offset, length } = stateEntry(layout, name)
  return floats.subarray(offset, offset + length)
}

function timed(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

function checkSame(simd: Float32Array, javascript: Float32Array): void {
  const bits = (floats: Float32Array): Uint32Array => new Uint32Array(floats.buffer, floats.byteOffset, floats.length)
  const [a, b] = [bits(simd), bits(javascript)]
  const at = a.findIndex((value, index) => value !== b[index])
  if (at < 0) return
  const message = `element ${at} of the state is ${simd[at]} by vectors and ${javascript[at]} by JavaScript`
  throw new LockstepError('invalid-data', { source: 'hostUpdate' }, `${message}; expected the same bits`)
}
