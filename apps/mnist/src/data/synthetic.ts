import { LockstepError } from '@lockstep/core'
import { Canvas, reachOf } from './canvas.ts'
import { type Glyph, glyphs } from './glyphs.data.ts'
import { type DigitBytes, imageSize } from './mnist.ts'
import { write } from './pen.ts'
import { Random } from './random.ts'

export interface SyntheticOptions {
  /** Number of training digits (default 60,000). */
  readonly trainCount?: number
  /** Number of test digits (default 10,000). */
  readonly testCount?: number
  /** Another seed gives another set (default 1). */
  readonly seed?: number
}

const streams = { train: 0, test: 1 } as const
const pixels = imageSize * imageSize

/**
 * A generated digit set in MNIST's format: strokes with jitter, of varying thickness, on a flat black background.
 * Easier than MNIST, and no measure of a model. The same options give the same bytes on every machine, and digit `i`
 * is the same whatever the counts. Throws `invalid-argument` for a count that is not a whole number from 1 to 2²⁴.
 */
export function syntheticDigits(options: SyntheticOptions = {}): { train: DigitBytes; test: DigitBytes } {
  const { trainCount = 60_000, testCount = 10_000, seed = 1 } = options
  checkCount('trainCount', trainCount)
  checkCount('testCount', testCount)
  return { train: generate(trainCount, seed, streams.train), test: generate(testCount, seed, streams.test) }
}

function generate(count: number, seed: number, stream: number): DigitBytes {
  const images = new Uint8Array(count * pixels)
  const labels = new Uint8Array(count)
  const canvas = new Canvas()
  for (let i = 0; i < count; i++) {
    const random = new Random(seed, stream, i)
    const digit = random.below(10)
    labels[i] = digit
    const ways = glyphs[digit] as readonly Glyph[]
    drawGlyph(canvas, ways[random.below(ways.length)] as Glyph, random, images, i * pixels)
  }
  return { images, labels }
}

function drawGlyph(canvas: Canvas, glyph: Glyph, random: Random, images: Uint8Array, offset: number): void {
  const pen = { radius: random.between(0.6, 1.7), ink: random.between(215, 256), grain: 40 }
  canvas.clear()
  for (const path of write(glyph, random)) canvas.draw(path, reachOf(pen.radius))
  canvas.develop(images, offset, pen, random)
}

function checkCount(argument: string, count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= 2 ** 24) return
  const message = `${argument} is ${count}; expected a whole number from 1 to 16777216. Ask for at least one digit.`
  throw new LockstepError('invalid-argument', { argument }, message)
}
