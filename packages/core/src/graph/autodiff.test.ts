import { describe, expect, test } from 'vitest'
import { gradients } from './autodiff.ts'
import { graph } from './graph.ts'
import type { Node } from './node.ts'
import * as o from './ops.ts'
import { printGraph } from './print.ts'

const x = o.input('x', [2])
const w = o.state('w', [2])

/** The values of a graph of scalar constants and elementwise arithmetic, worked out here. */
function value(node: Node): number {
  const [a, b] = node.inputs.map(value) as [number, number]
  switch (node.op) {
    case 'constant':
      return node.attributes.values[0] as number
    case 'add':
      return a + b
    case 'mul':
      return a * b
    case 'broadcast':
    case 'reshape':
      return a
    default:
      throw new Error(`no value of ${node.op}`)
  }
}

describe('sums', () => {
  test('a value used several times gets the sum of all its gradients', () => {
    const a = o.add(o.constant(3), 0)
    const cube = o.mul(o.mul(a, a), a)
    const [slope] = gradients(o.add(cube, a), [a])
    expect(value(slope)).toBe(3 * 9 + 1)
  })

  test('the target itself has the gradient 1', () => {
    const target = o.reduceSum(x)
    expect(value(gradients(target, [target])[0])).toBe(1)
  })

  test('a value wanted twice, and one between target and another wanted one, are all answered', () => {
    const inner = o.mul(o.constant(2), o.add(o.constant(5), 0))
    const leaf = inner.inputs[1] as Node
    const found = gradients(o.mul(inner, inner), [leaf, inner, leaf])
    expect(found.map(value)).toEqual([40, 20, 40])
  })
})

describe('zeros', () => {
  const zeros = ['%0 = constant() {0} : float32[]', '%1 = broadcast(%0) : float32[2]', 'output d = %1'].join('\n')
  const printed = (target: Node, wanted: Node): string =>
    printGraph(graph({ outputs: { d: gradients(target, [wanted])[0] as Node } }))

  test.each([
    ['does not depend on', o.reduceSum(x)],
    ['depends on through stopGradient alone', o.reduceSum(o.mul(x, o.stopGradient(w)))],
    ['depends on through comparisons alone', o.reduceSum(o.cast(o.less(w, x), 'float32'))],
    ['depends on through integers alone', o.reduceSum(o.cast(o.cast(w, 'int32'), 'float32'))],
    ['depends on through argmax alone', o.cast(o.argmax(w), 'float32')],
    ['depends on through sign alone', o.reduceSum(o.sign(w))],
  ])('for what the target %s', (_, target) => {
    expect(printed(target, w)).toBe(zeros)
  })
})

test('nothing is computed for operands that are not wanted', () => {
  const kernel = o.state('kernel', [3, 4])
  const images = o.input('images', [5, 3])
  const [found] = gradients(o.reduceSum(o.matmul(images, kernel)), [kernel])
  const products = graph({ outputs: { found } }).nodes.filter(({ op }) => op === 'matmul')
  expect(products).toHaveLength(1)
  expect(products[0]?.shape).toEqual([3, 4])
})

test('gradients have the shapes of what they belong to', () => {
  const bias = o.state('bias', [1, 3])
  const scale = o.state('scale', [])
  const table = o.state('table', [7, 3])
  const rows = o.gather(table, o.input('at', [2], 'int32'))
  const loss = o.reduceSum(o.mul(o.add(rows, bias), scale))
  expect(gradients(loss, [bias, scale, table]).map(({ shape }) => shape)).toEqual([[1, 3], [], [7, 3]])
})

describe('refusals', () => {
  const pooled = (images: Node): Node => o.reduceSum(o.maxPool2d(images, { size: 2 }))

  test.each([
    ['a target that is no scalar', () => gradients(x, [x]), 'shape-mismatch', 'reduceSum'],
    ['an integer target', () => gradients(o.reduceSum(o.iota(3)), [x]), 'shape-mismatch', 'gradients of int32'],
    ['an integer wanted', () => gradients(o.reduceSum(x), [o.iota(3)]), 'invalid-argument', 'int32 has no gradient'],
    [
      'a leaf that was made twice, one of which is wanted',
      () => gradients(o.reduceSum(o.mul(w, o.state('w', [2]))), [w]),
      'invalid-argument',
      'state "w"',
    ],
    [
      'a leaf that was made again',
      () => gradients(o.reduceSum(w), [o.state('w', [2])]),
      'invalid-argument',
      'state "w"',
    ],
    [
      'a second derivative of a maximum over windows',
      () => {
        const images = o.input('images', [1, 4, 4, 1])
        const [slope] = gradients(pooled(images), [images])
        return gradients(o.reduceSum(o.mul(slope, slope)), [images])
      },
      'unsupported',
      'maxPool2dGradient',
    ],
  ])('%s', (_, build, code, part) => {
    expect(build).toThrow(expect.objectContaining({ code, message: expect.stringContaining(part) }))
  })
})

test('a chain of 20,000 nodes is no problem', () => {
  let node: Node = o.input('x', [])
  const leaf = node
  for (let at = 0; at < 20_000; at++) node = o.neg(node)
  const [slope] = gradients(node, [leaf])
  expect(graph({ outputs: { slope } }).nodes).toHaveLength(20_001)
})
