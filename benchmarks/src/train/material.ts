import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Shape, sizeOf } from '@lockstep/core'
import { digits } from './digits.ts'
import type { ModelName } from './protocol.ts'
import { uniformNumbers } from './random.ts'

/** The weights' shapes, in Keras' order and layout: kernels `[in, out]` or `[height, width, in, out]`, then biases. */
export const weightShapes: Readonly<Record<ModelName, readonly Shape[]>> = {
  mlp: [[784, 512], [512], [512, 512], [512], [512, 10], [10]],
  cnn: [[3, 3, 1, 32], [32], [3, 3, 32, 64], [64], [9216, 128], [128], [128, 10], [10]],
}

/** The files that all contestants are given; disposing removes them. */
export interface Material extends Disposable {
  readonly folder: string
  readonly images: string
  readonly labels: string
  readonly weights: string
  readonly initial: Float32Array
  /** Where the digits came from. */
  readonly origin: string
}

/** Writes digits and initial weights for `model` to a temporary folder. */
export function makeMaterial(model: ModelName, samples: number): Material {
  const { origin, images, labels } = digits(samples)
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-'))
  const write = (name: string, data: Float32Array | Int32Array): string => {
    const path = join(folder, name)
    writeFileSync(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    return path
  }
  const initial = initialWeights(model)
  return {
    folder,
    images: write('images.f32', images),
    labels: write('labels.i32', labels),
    weights: write('weights.f32', initial),
    initial,
    origin,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

/** Cuts weights that lie one after another into the model's tensors; views, not copies. */
export function splitWeights(model: ModelName, flat: Float32Array): Float32Array[] {
  let end = 0
  return weightShapes[model].map((shape) => {
    end += sizeOf(shape)
    return flat.subarray(end - sizeOf(shape), end)
  })
}

/** Glorot's uniform kernels; biases positive, so that ReLUs over flat background are alive and maxima tie. */
function initialWeights(model: ModelName): Float32Array {
  const random = uniformNumbers(7)
  const shapes = weightShapes[model]
  const flat = new Float32Array(shapes.reduce((sum, shape) => sum + sizeOf(shape), 0))
  for (const [index, weights] of splitWeights(model, flat).entries()) {
    const [limit, lowest] = index % 2 === 0 ? [glorot(shapes[index] as Shape), -1] : [0.1, 0]
    for (let at = 0; at < weights.length; at++) weights[at] = limit * (lowest + (1 - lowest) * random())
  }
  return flat
}

function glorot(shape: Shape): number {
  const window = sizeOf(shape.slice(0, -2))
  return Math.sqrt(6 / (window * ((shape.at(-2) as number) + (shape.at(-1) as number))))
}
