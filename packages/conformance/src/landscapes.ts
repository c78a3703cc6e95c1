/** A function to minimise, with its gradient. */
export interface Descent {
  readonly name: string
  readonly start: readonly number[]
  /** A value that a learner should get below. */
  readonly goal: number
  value(at: readonly number[]): number
  gradient(at: readonly number[]): number[]
}

const target = [1, -0.5, 0.25]
const steepness = [1, 3, 10]

const parabola: Descent = {
  name: 'a parabola',
  start: [0, 0, 0],
  goal: 1e-3,
  value: (at) => at.reduce((sum, x, i) => sum + 0.5 * (steepness[i] as number) * (x - (target[i] as number)) ** 2, 0),
  gradient: (at) => at.map((x, i) => (steepness[i] as number) * (x - (target[i] as number))),
}

/** (1 − x)² + 100(y − x²)²: a curved valley with its lowest point at (1, 1). */
const rosenbrock: Descent = {
  name: "Rosenbrock's valley",
  start: [-1, 1],
  goal: 0.1,
  value: ([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: ([x = 0, y = 0]) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
}

export const landscapes: readonly Descent[] = [parabola, rosenbrock]
