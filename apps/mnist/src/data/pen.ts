import type { Glyph, Stroke } from './glyphs.data.ts'
import { imageSize } from './mnist.ts'
import type { Random } from './random.ts'

/** A polyline in pixels: x, y pairs. */
export type Path = number[]

/** Pieces into which a curve is cut between two of its points. */
const piecesPerSpan = 4

/**
 * Writes a glyph by hand: every point trembles, the whole is stretched, slanted, turned and moved at random, curves
 * are cut into short lines. The result is in pixels of a 28 × 28 image, the writing about 20 pixels high.
 */
export function write(glyph: Glyph, random: Random): Path[] {
  const place = handwriting(random)
  return glyph.map((stroke) => flatten(stroke, placed(stroke.points, place)))
}

type Place = (x: number, y: number) => [number, number]

function handwriting(random: Random): Place {
  const width = 15.5 * (1 + 0.14 * random.bell())
  const height = 19.5 * (1 + 0.06 * random.bell())
  const slant = 0.18 * random.bell()
  // Rotation by the tangent of half the angle: exact arithmetic, where sin and cos differ between machines.
  const tangent = 0.06 * random.bell()
  const cosine = (1 - tangent * tangent) / (1 + tangent * tangent)
  const sine = (2 * tangent) / (1 + tangent * tangent)
  const centreX = (imageSize - 1) / 2 + 0.8 * random.bell()
  const centreY = (imageSize - 1) / 2 + 0.8 * random.bell()
  const tremble = random.between(0.3, 1)
  return (x, y) => {
    const down = (y / 100 - 0.5) * height + tremble * random.bell()
    const right = (x / 100 - 0.5) * width - slant * down + tremble * random.bell()
    return [centreX + cosine * right - sine * down, centreY + sine * right + cosine * down]
  }
}

function placed(points: readonly number[], place: Place): Path {
  const path: Path = []
  for (let i = 0; i < points.length; i += 2) path.push(...place(points[i] as number, points[i + 1] as number))
  return path
}

function flatten(stroke: Stroke, points: Path): Path {
  if (!stroke.smooth) return points
  const last = points.length - 2
  const closed = stroke.points[0] === stroke.points[last] && stroke.points[1] === stroke.points[last + 1]
  const at = (i: number): number => {
    if (i < 0) return closed ? last + i : i + 2
    if (i > last + 1) return closed ? i - last : i - 2
    return i
  }
  const path: Path = points.slice(0, 2)
  for (let i = 0; i < last; i += 2) {
    for (let piece = 1; piece <= piecesPerSpan; piece++) {
      const t = piece / piecesPerSpan
      for (let axis = i; axis < i + 2; axis++) {
        const neighbours = [at(axis - 2), axis, axis + 2, at(axis + 4)].map((index) => points[index] as number)
        path.push(catmullRom(neighbours as [number, number, number, number], t))
      }
    }
  }
  return path
}

/** The Catmull–Rom spline through `b` and `c` at `t` in 0 … 1. */
function catmullRom([a, b, c, d]: [number, number, number, number], t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
}
