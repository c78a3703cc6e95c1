import { evaluate } from '@lockstep/backend-reference'
import {
  type Graph,
  gradients,
  graph,
  type HostTensor,
  type Node,
  ops,
  type StateLayout,
  stateLayout,
} from '@lockstep/core'
import { normal, type Tensor } from '../cases/tensor.ts'
import { compare } from '../compare.ts'
import { Random } from '../random.ts'
import { allocate, bound } from '../sample-graph.ts'
import { type Context, openReplica, seedOf, toleranceOf } from '../subject.ts'
import type { Model } from './model.ts'

const steps = 4

/** The two graphs of a training step, as core makes them: gradient sums into the state, then the update from them. */
interface Step {
  readonly gradients: Graph
  readonly apply: Graph
}

/**
 * Trains a model for some steps on the backend and in float64 and compares outputs and the whole state after each.
 * The error of each step feeds the next, so the tolerance is three times that of a single operation.
 */
export async function checkTraining(context: Context, model: Model): Promise<void> {
  const random = new Random(`${seedOf(context)}/model`)
  const layout = layoutOf(model)
  const batch = model.batch(random)
  const step = stepOf(model, batch)
  const arena = initial(layout, model, random)
  const states = Object.fromEntries(
    [...layout.entries.values()].map(({ name, offset, length }) => [
      name,
      Float64Array.from(arena.subarray(offset, offset + length)),
    ]),
  )
  await using replica = await openReplica(context, layout)
  await replica.write(arena)
  using first = await replica.prepare(step.gradients)
  using second = await replica.prepare(step.apply)
  const outputs = allocate(step.gradients.outputs)
  first.bind(bound(batch), outputs)
  second.bind({ rate: Float32Array.of(0.125) }, {})
  const inputs = Object.fromEntries(Object.entries(batch).map(([name, { values }]) => [name, values]))
  for (let at = 0; at < steps; at++) {
    await first.run()
    await second.run()
    const wanted = evaluate(step.gradients, { inputs, states })
    Object.assign(states, Object.fromEntries(wanted.updates))
    Object.assign(states, Object.fromEntries(evaluate(step.apply, { inputs: { rate: [0.125] }, states }).updates))
    compareOutputs(context, `step ${at}`, step.gradients, outputs, wanted.outputs)
    await replica.read(arena)
    compareState(context, `step ${at}`, layout, arena, states)
  }
}

function layoutOf({ parameters, kept = {} }: Model): StateLayout {
  const sums = Object.entries(parameters).map(([name, shape]) => [`gradient/${name}`, shape] as const)
  return stateLayout([...Object.entries(parameters), ...Object.entries(kept), ...sums])
}

function stepOf(model: Model, batch: Readonly<Record<string, Tensor>>): Step {
  const leaves = new Map<string, Node>()
  for (const [name, shape] of Object.entries({ ...model.parameters, ...model.kept }))
    leaves.set(name, ops.state(name, shape))
  for (const [name, { shape, dtype }] of Object.entries(batch)) leaves.set(name, fed(name, shape, dtype))
  const { loss, outputs, statistics = {} } = model.forward((name) => leaves.get(name) as Node)
  const names = Object.keys(model.parameters)
  const parameters = names.map((name) => leaves.get(name) as Node)
  const sums = gradients(loss, parameters)
  const rate = ops.input('rate', [])
  const updated = parameters.map((parameter, at) =>
    ops.sub(parameter, ops.mul(ops.state(`gradient/${names[at]}`, parameter.shape), rate)),
  )
  const by = (prefix: string, values: readonly Node[]): Record<string, Node> =>
    Object.fromEntries(values.map((value, at) => [`${prefix}${names[at]}`, value]))
  return {
    gradients: graph({ outputs, updates: { ...by('gradient/', sums), ...statistics } }),
    apply: graph({ updates: by('', updated) }),
  }
}

function fed(name: string, shape: Tensor['shape'], dtype: Tensor['dtype']): Node {
  const stream = /^random\/(\d+)$/.exec(name)?.[1]
  if (stream === undefined) return ops.input(name, shape, dtype)
  return ops.random(dtype === 'bool' ? 'bernoulli' : 'normal', shape, { stream: Number(stream) })
}

/** Parameters drawn small enough for the activations to stay in range, the rest zero. */
function initial(layout: StateLayout, model: Model, random: Random): Float32Array {
  const arena = new Float32Array(layout.length)
  for (const [name, shape] of Object.entries(model.parameters)) {
    const fanIn = shape.slice(0, -1).reduce((product, extent) => product * extent, 1)
    arena.set(normal(random, shape, 1 / Math.sqrt(fanIn)).values, layout.entries.get(name)?.offset)
  }
  return arena
}

function compareOutputs(
  context: Context,
  when: string,
  { outputs: nodes }: Graph,
  actual: Readonly<Record<string, HostTensor>>,
  expected: ReadonlyMap<string, Float64Array>,
): void {
  for (const [name, node] of nodes)
    check(context, `${when}: output ${name}`, node, actual[name] as HostTensor, expected.get(name) as Float64Array)
}

function compareState(
  context: Context,
  when: string,
  layout: StateLayout,
  arena: Float32Array,
  expected: Readonly<Record<string, Float64Array>>,
): void {
  for (const { name, offset, length } of layout.entries.values()) {
    const actual = arena.subarray(offset, offset + length)
    check(context, `${when}: ${name}`, { dtype: 'float32' }, actual, expected[name] as Float64Array)
  }
}

function check(
  context: Context,
  name: string,
  node: Pick<Node, 'dtype'>,
  actual: HostTensor,
  expected: Float64Array,
): void {
  const { relative, absolute } = toleranceOf(context)
  const tolerance = { relative: 3 * relative, absolute: 3 * absolute }
  compare(actual, expected, { name, node, tolerance, summed: true })
}
