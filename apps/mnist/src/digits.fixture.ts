import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { toCategorical } from '@lockstep/core'
import { loadMnist } from './data/load.ts'
import type { Mnist } from './data/mnist.ts'

const besideTheProject = fileURLToPath(new URL('../../../../shared/data/mnist', import.meta.url))

/** Where the real files are, or undefined: tests then use generated digits and claim less. */
export const realData: string | undefined = [process.env['MNIST_DIR'], besideTheProject].find(
  (folder) => folder !== undefined && existsSync(folder),
)

/** The real digits where they are, otherwise generated ones. */
export function digitsForTests(): Promise<Mnist> {
  return loadMnist({ data: realData ?? 'synthetic' })
}

/** The first test images as multiples of 2⁻⁸, with one-hot labels. */
export async function testDigits(
  count: number,
): Promise<{ images: Float32Array; oneHot: Float32Array; origin: string }> {
  const { xTest, yTest, origin } = await digitsForTests()
  const images = xTest.slice(0, count * 784).map((value) => Math.round(value * 255) / 256)
  return { images, oneHot: toCategorical(yTest.slice(0, count), 10).data as Float32Array, origin }
}
