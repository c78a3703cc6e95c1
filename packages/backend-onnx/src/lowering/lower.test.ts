import { type Graph, graph, type Node, ops, sizeOf, stateLayout } from '@lockstep/core'
import { describe, expect, test } from 'vitest'
import { gradientStep } from '../convolutional.fixture.ts'
import { onnx } from '../onnx.ts'
import { lower } from './lower.ts'
import type { OnnxGraph, OnnxNode } from './onnx-graph.ts'

const lowered = (outputs: Record<string, Node>): OnnxGraph => lower(graph({ outputs }), { fusedMatMul: true, block: 0 })
const operations = ({ nodes }: OnnxGraph): string[] => nodes.map(({ op }) => op)
const ofKind = ({ nodes }: OnnxGraph, op: string): OnnxNode[] => nodes.filter((node) => node.op === op)
const x = (...shape: number[]): Node => ops.input('x', shape)
const w = (...shape: number[]): Node => ops.state('w', shape)
const b = (...shape: number[]): Node => ops.state('b', shape)

describe('layouts', () => {
  test('mnist_cnn moves activations at the flattening and before the filter gradient, nowhere else', () => {
    const batch = 4
    const model = lower(gradientStep(batch).graph, { fusedMatMul: true, block: 0 })
    const moved = ofKind(model, 'Transpose').flatMap(({ inputs }) => inputs.map((tensor) => tensor?.shape.join('×')))
    const activations = moved.filter((shape) => shape?.startsWith(`${batch}×`))
    expect(activations.sort()).toEqual(['4×12×12×64', '4×32×26×26', '4×64×12×12'])
  })

  test('blocked, mnist_cnn moves activations at the flattening and for the filter gradients, nowhere else', () => {
    const batch = 32
    const model = lower(gradientStep(batch).graph, { fusedMatMul: true, block: 16 })
    expect(operations(model)).not.toContain('ConvTranspose')
    expect(ofKind(model, 'Conv').map(({ domain }) => domain)).toEqual(Array(5).fill('com.microsoft.nchwc'))
    const moved = model.nodes.flatMap(({ op, inputs }) =>
      /^(Transpose|ReorderInput|ReorderOutput)$/.test(op) ? [`${op} ${inputs[0]?.shape.join('×')}`] : [],
    )
    expect(moved.filter((text) => text.includes(`${batch}×`) && !text.includes('3×3'))).toEqual([
      `ReorderOutput ${batch}×64×12×12`,
      `ReorderInput ${batch}×12×12×64`,
      `ReorderInput 1×${batch}×28×28`,
      `ReorderInput 1×${batch}×52×416`,
    ])
  })

  test('elementwise operations stay where the convolutions left their operands', () => {
    const conv = ops.conv2d(x(2, 8, 8, 3), w(3, 3, 3, 8))
    const scaled = ops.mul(ops.tanh(conv), ops.input('scale', [8]))
    const shifted = ops.sub(scaled, ops.input('plane', [6, 6, 1]))
    const model = lowered({
      y: ops.reduceSum(ops.maxPool2d(ops.pad(shifted, [0, 1, 1, 0], [0, 1, 1, 0]), { size: 2 })),
    })
    expect(ofKind(model, 'Transpose').map(({ inputs }) => inputs[0]?.shape)).toEqual([
      [2, 8, 8, 3],
      [3, 3, 3, 8],
    ])
  })

  test('one channel, or one pixel, changes its layout for nothing', () => {
    const grey = ops.conv2d(x(2, 5, 5, 1), w(5, 5, 1, 8))
    const model = lowered({ y: ops.reshape(grey, [2, 8]) })
    expect(ofKind(model, 'Transpose').map(({ inputs }) => inputs[0]?.shape)).toEqual([[5, 5, 1, 8]])
  })
})

describe('fusions', () => {
  test('a bias belongs to the convolution or product that it follows', () => {
    const conv = ops.add(b(4), ops.conv2d(x(1, 5, 5, 1), w(3, 3, 1, 4)))
    expect(operations(lowered({ y: conv }))).not.toContain('Add')
    expect(ofKind(lowered({ y: conv }), 'Conv')[0]?.inputs).toHaveLength(3)
    const dense = lowered({ y: ops.add(ops.matmul(x(3, 4), w(5, 4), { transposeB: true }), b(5)) })
    expect(operations(dense)).toEqual(['Gemm'])
    expect(dense.nodes[0]?.attributes).toEqual({ transB: 1 })
  })

  test('a product that is used elsewhere too is computed on its own', () => {
    const product = ops.matmul(x(3, 4), w(4, 5))
    const model = lowered({ y: ops.add(product, b(5)), product })
    expect(operations(model)).toEqual(['Gemm', 'Add'])
  })

  test('the gradient of weights that are applied to every row is one product', async () => {
    const [rows, dy] = [x(2, 3, 4), ops.input('dy', [2, 3, 5])]
    const y = ops.reduceSum(ops.matmul(rows, dy, { transposeA: true }), { axes: [0] })
    expect(operations(lowered({ y }))).toEqual(['Reshape', 'Reshape', 'Gemm'])
    const partial = ops.reduceSum(ops.matmul(rows, dy, { transposeA: true }), { axes: [1] })
    expect(operations(lowered({ partial }))).toEqual(['FusedMatMul', 'ReduceSum'])
  })

  test('what is broadcast is stretched by its users', () => {
    const y = ops.mul(ops.add(ops.neg(ops.broadcast(b(5), [7, 5])), x(7, 5)), ops.broadcast(ops.constant(2), [7, 5]))
    expect(operations(lowered({ y }))).toEqual(['Neg', 'Add', 'Mul'])
    expect(operations(lowered({ y: ops.broadcast(b(5), [7, 5]) }))).toEqual(['Expand'])
  })

  test('a pooling gradient is summed before it is spread out', () => {
    const image = x(2, 8, 8, 3)
    const pooled = ops.maxPool2d(image, { size: 2 })
    const spread = ops.maxPool2dGradient(image, pooled, ops.input('dy', [2, 4, 4, 3]), {
      size: [2, 2],
      strides: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    })
    const model = lowered({ y: ops.reduceSum(spread, { axes: [0, 1, 2] }) })
    const summed = ofKind(model, 'ReduceSum')[0]?.inputs[0]?.shape
    expect(summed).toEqual([2, 4, 4, 3])
  })
})

describe('operations beyond the standard', () => {
  const product = ops.matmul(x(2, 3, 4), ops.input('z', [2, 5, 4]), { transposeB: true })

  test('are used only where the engine has them', () => {
    const g: Graph = graph({ outputs: { product } })
    expect(lower(g, { fusedMatMul: true, block: 0 }).nodes.map(({ domain }) => domain)).toEqual(['com.microsoft'])
    expect(operations(lower(g, { fusedMatMul: false, block: 0 }))).toEqual(['Transpose', 'MatMul'])
  })
})

test('the patches of a large filter gradient are made for a part of the batch at a time', async () => {
  const batch = 20
  const [image, dy] = [x(batch, 66, 66, 128), ops.input('dy', [batch, 64, 64, 8])]
  const padding = [
    [0, 0],
    [0, 0],
  ] as const
  const attributes = { strides: [1, 1], dilations: [1, 1], groups: 1, padding } as const
  const sums = graph({ outputs: { y: ops.conv2dFilterGradient(image, dy, [3, 3, 128, 8], attributes) } })
  const parts = ofKind(lower(sums, { fusedMatMul: true, block: 0 }), 'Gather').map(
    ({ outputs }) => outputs[0]?.shape[0],
  )
  expect(parts).toEqual([14, 6])

  await using replica = await onnx().open(stateLayout([]))
  using call = await replica.prepare(sums)
  const pixels = Float32Array.from({ length: sizeOf(image.shape) }, (_, at) => Math.floor(at / (66 * 66 * 128)))
  const y = new Float32Array(3 * 3 * 128 * 8)
  call.bind({ x: pixels, dy: new Float32Array(sizeOf(dy.shape)).fill(1) }, { y })
  await call.run()
  // 64 · 64 positions of images with the values 0 … 19.
  expect([...new Set(y)]).toEqual([4096 * 190])
})
