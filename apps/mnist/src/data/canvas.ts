import { imageSize } from './mnist.ts'
import type { Path } from './pen.ts'
import type { Random } from './random.ts'

/** How a pen writes: `radius` in pixels, `ink` the darkest grey (0 … 255), `grain` the noise on ink in greys. */
export interface Pen {
  readonly radius: number
  readonly ink: number
  readonly grain: number
}

/** Width in pixels of the soft edge of a stroke. */
const edge = 1.2

/** A 28 × 28 sheet. It knows of each pixel how far the nearest stroke is; `develop` turns that into greys. */
export class Canvas {
  readonly #squaredDistance: Float32Array = new Float32Array(imageSize * imageSize)

  clear(): void {
    this.#squaredDistance.fill(Number.POSITIVE_INFINITY)
  }

  /** Draws a polyline; pixels further away than `reach` stay untouched, parts outside of the sheet are cut off. */
  draw(path: Path, reach: number): void {
    for (let i = 0; i + 3 < path.length; i += 2) {
      this.#line(path[i] as number, path[i + 1] as number, path[i + 2] as number, path[i + 3] as number, reach)
    }
  }

  /** Writes the 784 greys to `target` from `offset`. The background is exactly 0: noise falls on ink only. */
  develop(target: Uint8Array, offset: number, pen: Pen, random: Random): void {
    for (let i = 0; i < this.#squaredDistance.length; i++) {
      const squared = this.#squaredDistance[i] as number
      if (squared === Number.POSITIVE_INFINITY) continue
      const coverage = (pen.radius + edge / 2 - Math.sqrt(squared)) / edge
      if (coverage <= 0) continue
      const grey = pen.ink * Math.min(coverage, 1) + pen.grain * (random.uniform() - 0.5)
      target[offset + i] = Math.max(0, Math.min(255, Math.round(grey)))
    }
  }

  #line(ax: number, ay: number, bx: number, by: number, reach: number): void {
    const distances = this.#squaredDistance
    const dx = bx - ax
    const dy = by - ay
    const inverse = 1 / Math.max(dx * dx + dy * dy, 1e-12)
    const left = Math.max(0, Math.ceil(Math.min(ax, bx) - reach))
    const right = Math.min(imageSize - 1, Math.floor(Math.max(ax, bx) + reach))
    const bottom = Math.min(imageSize - 1, Math.floor(Math.max(ay, by) + reach))
    for (let y = Math.max(0, Math.ceil(Math.min(ay, by) - reach)); y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const along = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) * inverse))
        const offX = x - ax - along * dx
        const offY = y - ay - along * dy
        const squared = offX * offX + offY * offY
        const pixel = y * imageSize + x
        if (squared < (distances[pixel] as number)) distances[pixel] = squared
      }
    }
  }
}

/** How far from its middle line a pen of `radius` leaves ink. */
export function reachOf(radius: number): number {
  return radius + edge / 2
}
