import { LockstepError } from '../errors.ts'
import { rules } from './gradient-rules.ts'
import { type Node, requireDType, shapeError } from './node.ts'
import { add } from './ops/elementwise.ts'
import { constant } from './ops/leaves.ts'
import { broadcast } from './ops/shape.ts'

/**
 * Reverse-mode differentiation: the gradients of the scalar `target` with respect to each of `wanted`, in their order
 * and shapes. A value used twice receives the sum of both gradients; one that `target` does not depend on gets zeros.
 * Only float32 values carry gradients.
 */
export function gradients<const Wanted extends readonly Node[]>(
  target: Node,
  wanted: Wanted,
): { -readonly [Index in keyof Wanted]: Node } {
  if (target.shape.length !== 0)
    throw shapeError('gradients', [target.shape], 'expected a scalar target; reduce it with reduceSum')
  requireDType('gradients', target, ['float32'])
  const integer = wanted.find((node) => node.dtype !== 'float32')
  if (integer !== undefined) {
    throw new LockstepError(
      'invalid-argument',
      { argument: 'wanted' },
      `gradients: a value of dtype ${integer.dtype} has no gradient; expected float32`,
    )
  }
  const { order, visited } = dependents(target, new Set(wanted))
  for (const node of wanted) checkNoTwin(node, visited)
  const sums = new Map<Node, Node>([[target, constant(1)]])
  for (const node of order) backward(node, sums, order)
  const found = wanted.map((node) => sums.get(node) ?? broadcast(constant(0), node.shape))
  return found as { -readonly [Index in keyof Wanted]: Node }
}

function backward(node: Node, sums: Map<Node, Node>, active: ReadonlySet<Node>): void {
  const gradient = sums.get(node)
  if (gradient === undefined || node.inputs.length === 0) return
  const needed = node.inputs.map((operand) => active.has(operand))
  if (!needed.includes(true)) return
  const rule = rules[node.op] as (
    node: Node,
    gradient: Node,
    needed: readonly boolean[],
  ) => readonly (Node | undefined)[]
  for (const [index, part] of rule(node, gradient, needed).entries()) {
    const operand = node.inputs[index] as Node
    if (part === undefined || !needed[index]) continue
    const sum = sums.get(operand)
    sums.set(operand, sum === undefined ? part : add(sum, part))
  }
}

/** The float nodes between `target` and `wanted`, users before operands. */
function dependents(target: Node, wanted: ReadonlySet<Node>): { order: ReadonlySet<Node>; visited: ReadonlySet<Node> } {
  const reaches = new Map<Node, boolean>()
  const order: Node[] = []
  const stack = [target]
  while (stack.length > 0) {
    const node = stack[stack.length - 1] as Node
    const waiting = reaches.has(node) ? [] : node.inputs.filter((operand) => !reaches.has(operand))
    if (waiting.length > 0) {
      stack.push(...waiting)
      continue
    }
    stack.pop()
    if (reaches.has(node)) continue
    const carries =
      node.dtype === 'float32' && (wanted.has(node) || node.inputs.some((operand) => reaches.get(operand)))
    reaches.set(node, carries)
    if (carries) order.push(node)
  }
  return { order: new Set(order.reverse()), visited: new Set(reaches.keys()) }
}

/** A leaf made a second time is another node: its gradient would be zeros, in silence. */
function checkNoTwin(node: Node, visited: ReadonlySet<Node>): void {
  if (node.op !== 'input' && node.op !== 'state') return
  const { name } = node.attributes
  for (const other of visited) {
    if (other === node || other.op !== node.op || other.attributes.name !== name) continue
    throw new LockstepError(
      'invalid-argument',
      { argument: 'wanted' },
      `gradients: the target uses another node for ${node.op} ${JSON.stringify(name)}; make it once and pass that node`,
    )
  }
}
