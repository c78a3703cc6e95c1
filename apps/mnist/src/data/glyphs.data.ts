/**
 * One pen stroke: x, y pairs in percent of the glyph's box, y downwards. A smooth stroke is a curve through its
 * points; one that ends where it starts is closed.
 */
export interface Stroke {
  readonly points: readonly number[]
  readonly smooth: boolean
}

/** The strokes of one way to write a digit. */
export type Glyph = readonly Stroke[]

const curve = (...points: number[]): Stroke => ({ points, smooth: true })
const lines = (...points: number[]): Stroke => ({ points, smooth: false })

/** For each digit 0 to 9 the ways in which people write it. */
export const glyphs: readonly (readonly Glyph[])[] = [
  [
    [curve(50, 4, 22, 20, 13, 52, 24, 84, 50, 96, 78, 82, 87, 50, 77, 18, 50, 4)],
    [curve(62, 6, 34, 12, 18, 42, 22, 80, 46, 95, 74, 80, 84, 46, 76, 16, 50, 10, 36, 20)],
  ],
  [[lines(50, 4, 50, 96)], [lines(28, 26, 54, 4, 54, 96)], [lines(30, 24, 52, 4, 52, 94), lines(26, 95, 78, 95)]],
  [
    [curve(18, 26, 44, 5, 76, 20, 70, 46, 42, 72, 18, 94), lines(18, 94, 84, 93)],
    [curve(20, 24, 48, 5, 74, 22, 66, 50, 36, 82, 18, 88, 22, 74, 42, 80, 62, 94, 86, 86)],
  ],
  [
    [curve(18, 14, 48, 4, 76, 20, 66, 42, 42, 48), curve(42, 48, 72, 54, 82, 74, 54, 95, 16, 86)],
    [lines(18, 8, 78, 8, 46, 42), curve(46, 42, 78, 52, 80, 78, 50, 95, 16, 86)],
  ],
  [
    [lines(26, 6, 16, 56, 84, 56), lines(72, 16, 66, 96)],
    [lines(64, 4, 12, 64, 90, 64), lines(64, 4, 62, 96)],
    [curve(24, 6, 20, 34, 30, 52, 52, 54, 74, 40), lines(78, 6, 72, 96)],
  ],
  [
    [lines(78, 6, 32, 6, 26, 44), curve(26, 44, 54, 36, 80, 56, 72, 86, 44, 96, 16, 86)],
    [curve(28, 8, 24, 40, 52, 38, 78, 58, 68, 88, 38, 96, 18, 86), lines(28, 8, 82, 5)],
  ],
  [
    [curve(66, 4, 36, 28, 20, 62, 32, 90, 58, 95, 78, 76, 64, 56, 38, 60, 24, 76)],
    [curve(44, 4, 26, 32, 22, 72, 44, 96, 72, 84, 70, 62, 46, 58, 26, 76)],
  ],
  [
    [lines(16, 8, 84, 8, 44, 96)],
    [lines(16, 10, 82, 8, 42, 96), lines(32, 52, 74, 50)],
    [curve(14, 22, 24, 8, 54, 12, 82, 8, 66, 42, 50, 96)],
  ],
  [
    [curve(74, 18, 50, 4, 26, 20, 40, 42, 66, 58, 76, 78, 50, 96, 24, 80, 38, 58, 64, 40, 74, 18)],
    [
      curve(50, 4, 28, 14, 30, 38, 50, 48, 72, 36, 72, 14, 50, 4),
      curve(50, 48, 24, 62, 24, 86, 50, 96, 76, 86, 76, 62, 50, 48),
    ],
  ],
  [
    [curve(74, 26, 54, 5, 28, 16, 24, 40, 48, 52, 72, 36, 74, 26), curve(75, 22, 74, 56, 62, 96)],
    [curve(76, 20, 50, 4, 24, 24, 34, 48, 60, 44, 76, 20, 76, 58, 60, 92, 28, 92)],
    [curve(72, 24, 48, 6, 26, 28, 46, 48, 70, 32), lines(74, 10, 72, 96)],
  ],
]
