import { OnnxGraph } from './onnx-graph.ts'
import { portKind, portLabel, portName } from './port-names.ts'
import type { Tensor } from './tensor.ts'

/** State that a step overwrites: its value outside the loop, before and after one step. */
interface Carried {
  readonly initial: Tensor
  readonly before: Tensor
  readonly after: Tensor
  readonly update: string
}

/**
 * Runs `body` a number of times within one graph. Inputs and outputs gain a leading axis of that extent, updated state
 * is carried from step to step, other state is read from outside. Takes `body` over.
 */
export function looped(body: OnnxGraph, steps: number): OnnxGraph {
  const outer = new OnnxGraph()
  const iteration: Tensor = { type: 'int64', shape: [] }
  const condition: Tensor = { type: 'bool', shape: [] }
  const carried = carriedStates(body, outer)
  feedSlices(body, outer, iteration, steps)
  const results = [...body.outputs].filter(([name]) => !carried.some(({ update }) => update === name))

  body.inputs.clear()
  for (const [name, tensor] of [
    ['iteration', iteration],
    ['condition', condition],
  ] as const)
    body.inputs.set(name, tensor)
  for (const { before, update } of carried) body.inputs.set(`before/${update}`, before)
  body.outputs.clear()
  body.output('continue', condition)
  for (const { after, update } of carried) body.outputs.set(`after/${update}`, after)
  for (const [name, tensor] of results) body.outputs.set(`step/${name}`, tensor)

  const count = outer.constant('int64', [], BigInt64Array.of(BigInt(steps)))
  const states = carried.map(({ after }): Tensor => ({ ...after }))
  const scans = results.map(([, { type, shape }]): Tensor => ({ type, shape: [steps, ...shape] }))
  const inputs = [count, undefined, ...carried.map(({ initial }) => initial)]
  outer.addNode('Loop', inputs, [...states, ...scans], { attributes: { body: { body } } })
  for (const [index, { update }] of carried.entries()) outer.output(update, states[index] as Tensor)
  for (const [index, [name]] of results.entries()) outer.output(name, scans[index] as Tensor)
  return outer
}

function carriedStates(body: OnnxGraph, outer: OnnxGraph): readonly Carried[] {
  const updates = [...body.outputs].filter(([name]) => portKind(name) === 'update')
  return updates.map(([update, after]) => {
    const state = portName('state', portLabel(update))
    const before = body.inputs.get(state) ?? { ...after }
    body.inputs.delete(state)
    return { initial: outer.input(state, after.type, after.shape), before, after, update }
  })
}

/** What is left among the inputs: state that is only read keeps its tensor, the rest is picked per step. */
function feedSlices(body: OnnxGraph, outer: OnnxGraph, iteration: Tensor, steps: number): void {
  for (const [name, tensor] of body.inputs) {
    if (portKind(name) === 'state') {
      outer.inputs.set(name, tensor)
      continue
    }
    const whole = outer.input(name, tensor.type, [steps, ...tensor.shape])
    body.prepend('Gather', [whole, iteration], tensor, { attributes: { axis: 0 } })
  }
}
