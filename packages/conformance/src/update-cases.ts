/** What a parameter that begins at 1 is after updates with a gradient that never changes. */
export interface ConstantGradientCase {
  /** A learner's config. */
  readonly learner: Readonly<Record<string, unknown>>
  readonly gradient: number
  /** After one, two and three updates; computed in float64 with Keras 2.0.4 or, by the profile, Keras 3. */
  readonly expected: readonly number[]
}

/** Small cases that everyone can check by hand. */
export const constantGradientCases: readonly ConstantGradientCase[] = [
  { learner: { name: 'sgd' }, gradient: 0.3, expected: [0.997, 0.994, 0.991] },
  { learner: { name: 'sgd', momentum: 0.9 }, gradient: 0.3, expected: [0.997, 0.9913, 0.98317] },
  { learner: { name: 'momentum' }, gradient: 0.3, expected: [0.997, 0.9913, 0.98317] },
  { learner: { name: 'nesterov' }, gradient: 0.3, expected: [0.9943, 0.98617, 0.975853] },
  { learner: { name: 'rmsprop' }, gradient: 0.3, expected: [0.996837723, 0.994543566, 0.992622619] },
  { learner: { name: 'rmsprop' }, gradient: 1e-5, expected: [0.996847691, 0.994558785, 0.992641521] },
  {
    learner: { name: 'rmsprop', profile: 'keras3' },
    gradient: 1e-5,
    expected: [0.999968379, 0.999936759, 0.999905141],
  },
  { learner: { name: 'adadelta' }, gradient: 0.3, expected: [0.999552787, 0.999099877, 0.998643113] },
  {
    learner: { name: 'adadelta', profile: 'keras3' },
    gradient: 0.3,
    expected: [0.999998586, 0.999997154, 0.999995709],
  },
  { learner: { name: 'adam' }, gradient: 0.3, expected: [0.999000001, 0.998000002, 0.997000002] },
]
