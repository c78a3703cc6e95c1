import type { Op } from '@lockstep/core'
import type { OpCase } from './cases/op-case.ts'
import { type OpCaseId, opCases } from './cases/op-cases.ts'
import { Random } from './random.ts'
import { checkProblem, forwardProblem, gradientProblem } from './sample-graph.ts'
import { type Context, seedOf } from './subject.ts'

/** `add: row (forward)`, `add: row (gradient)`. */
export type OpTestId = `${OpCaseId} (${'forward' | 'gradient'})`

/** A test throws, or rejects, when the backend is wrong. */
export type Test = (context: Context) => Promise<void>

/** Primitives whose results are sums of many terms. */
const summing: ReadonlySet<Op> = new Set<Op>([
  'reduceSum',
  'matmul',
  'conv2d',
  'conv2dInputGradient',
  'conv2dFilterGradient',
  'avgPool2d',
  'avgPool2dGradient',
  'maxPool2dGradient',
  'scatterAdd',
])

/** All cases with their ids, in the order of the table. */
export function listCases(): { readonly id: OpCaseId; readonly op: Op; readonly row: OpCase }[] {
  return (Object.keys(opCases) as Op[]).flatMap((op) =>
    Object.entries<OpCase>(opCases[op]).map(([name, row]) => ({ id: `${op}: ${name}` as OpCaseId, op, row })),
  )
}

/** The tests of the table: every case forward, and its gradient where it has one. */
export function opTests(): [OpTestId, Test][] {
  return listCases().flatMap(({ id, op, row }) => {
    const forward: [OpTestId, Test] = [`${id} (forward)`, (context) => checkForward(context, id, op, row)]
    const gradient: [OpTestId, Test] = [`${id} (gradient)`, (context) => checkGradient(context, id, row)]
    return row.kind === 'discrete' ? [forward] : [forward, gradient]
  })
}

function checkForward(context: Context, id: OpCaseId, op: Op, row: OpCase): Promise<void> {
  const summed = summing.has(op) || ((op === 'constant' || op === 'state') && row.kind === 'smooth')
  return eachSample(context, id, row, (random) => checkProblem(context, forwardProblem(row.draw(random)), summed))
}

function checkGradient(context: Context, id: OpCaseId, row: OpCase): Promise<void> {
  return eachSample(context, id, row, async (random) => {
    const problem = gradientProblem(row.draw(random), random)
    if (problem === undefined) throw new Error('the case has no float operand: declare it discrete')
    await checkProblem(context, problem, true)
  })
}

/** Draws a case's samples; what fails tells the seed that draws it again. */
export async function eachSample(
  context: Pick<Context, 'seed'>,
  id: OpCaseId,
  row: OpCase,
  check: (random: Random) => Promise<void> | void,
): Promise<void> {
  const seed = seedOf(context)
  for (let sample = 0; sample < row.samples; sample++) {
    try {
      await check(new Random(`${seed}/${id}/${sample}`))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`${id} (seed ${seed}, sample ${sample}): ${reason}`, { cause: error })
    }
  }
}
