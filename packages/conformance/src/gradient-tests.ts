import { evaluate, type Kernels } from '@lockstep/backend-reference'
import type { Runner } from './backend-tests.ts'
import type { OpCase } from './cases/op-case.ts'
import type { OpCaseId } from './cases/op-cases.ts'
import { eachSample, listCases } from './op-tests.ts'
import type { Random } from './random.ts'
import { type GradientProblem, gradientProblem, valuesOf } from './sample-graph.ts'

type Values = Readonly<Record<string, Float64Array>>

/** Where the slopes are taken, and what computes them: `kernels` replaces primitives of the reference. */
export interface GradientTestOptions {
  readonly seed?: number
  readonly kernels?: Kernels
}

const directions = 3
const step = 1e-5
/** Of the sum of the magnitudes of all terms; central differences in float64 leave about 1e-9. */
const tolerance = 1e-6

/** Every smooth case of the table by its id; a test rejects when a gradient is not the slope. */
export function listGradientTests(options: GradientTestOptions = {}): ReadonlyMap<OpCaseId, () => Promise<void>> {
  const smooth = listCases().filter(({ row }) => row.kind === 'smooth')
  return new Map(smooth.map(({ id, row }) => [id, () => checkSlopes(id, row, options)]))
}

/**
 * Compares core's gradients, evaluated by the reference in float64, with central differences of the values along
 * random directions. What this proves about the reference, the backend tests carry over to every backend.
 */
export function gradientTests(options: GradientTestOptions, { describe, it }: Runner): void {
  describe('gradients against finite differences', () => {
    for (const [id, test] of listGradientTests(options)) it(id, test)
  })
}

function checkSlopes(id: OpCaseId, row: OpCase, options: GradientTestOptions): Promise<void> {
  return eachSample(options, id, row, (random) => {
    const problem = gradientProblem(row.draw(random), random, { withLoss: true })
    if (problem === undefined) throw new Error('the case has no float operand: declare it discrete')
    for (let direction = 0; direction < directions; direction++) checkSlope(problem, random, options.kernels)
  })
}

/** Along v: (L(x + h·v) − L(x − h·v)) / 2h against Σ dL/dx · v. */
function checkSlope({ graph, inputs, states, wanted }: GradientProblem, random: Random, kernels?: Kernels): void {
  const feeds = { inputs: valuesOf(inputs), states: valuesOf(states) }
  const all = { ...feeds.inputs, ...feeds.states }
  const direction = Object.fromEntries(wanted.map((name) => [name, (all[name] ?? []).map(() => random.normal())]))
  const moved = (values: Values, by: number): Values =>
    Object.fromEntries(
      Object.entries(values).map(([name, x]) => [
        name,
        x.map((value, at) => value + by * (direction[name]?.[at] ?? 0)),
      ]),
    )
  const at = (by: number): ReadonlyMap<string, Float64Array> =>
    evaluate(graph, { inputs: moved(feeds.inputs, by), states: moved(feeds.states, by) }, kernels).outputs
  const difference = ((at(step).get('loss')?.[0] as number) - (at(-step).get('loss')?.[0] as number)) / (2 * step)
  const terms = slopeTerms(at(0), wanted, direction)
  const slope = terms.reduce((sum, term) => sum + term, 0)
  const scale = terms.reduce((sum, term) => sum + Math.abs(term), 1)
  if (Math.abs(slope - difference) <= tolerance * scale) return
  throw new Error(`the gradient gives a slope of ${slope}, differences give ${difference}`)
}

function slopeTerms(
  outputs: ReadonlyMap<string, Float64Array>,
  wanted: readonly string[],
  direction: Readonly<Record<string, ArrayLike<number>>>,
): number[] {
  return wanted.flatMap((name, at) =>
    Array.from(
      outputs.get(`d${at}`) as Float64Array,
      (value, element) => value * (direction[name]?.[element] as number),
    ),
  )
}
