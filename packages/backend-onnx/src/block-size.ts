import { type Graph, gradients, graph, type Node, ops, sizeOf } from '@lockstep/core'
import { compile } from './compiled.ts'
import type { Engine, SessionOptions } from './engine/engine.ts'
import { OnnxGraph } from './lowering/onnx-graph.ts'
import { writeModel } from './lowering/write-model.ts'

const found = new WeakMap<Engine, Promise<number>>()

/** The sizes that ONNX Runtime's kernels come in. */
const sizes = [16, 8]

/** Largest error relative to the largest element at which two ways of computing count as the same. */
const tolerance = 1e-4

/**
 * How many channels make a block in the engine's internal operations for blocked images, which depends on the
 * processor; 0 where there are none, or where they do not compute what the standard operations do. Asked once per engine.
 */
export function blockSize(engine: Engine, options: SessionOptions): Promise<number> {
  const known = found.get(engine) ?? probe(engine, options).catch(() => 0)
  found.set(engine, known)
  return known
}

async function probe(engine: Engine, options: SessionOptions): Promise<number> {
  const order = await reordered(engine, options)
  const block = sizes.find((size) => order.every((from, to) => from === sourceOf(to, size))) ?? 0
  return block > 0 && (await agrees(engine, options, block)) ? block : 0
}

const image = { channels: 16, width: 2 } as const

/** Where the elements of `[1, channels, 1, width]` go in blocks. */
async function reordered(engine: Engine, options: SessionOptions): Promise<Float32Array> {
  const shape = [1, image.channels, 1, image.width]
  const onnx = new OnnxGraph()
  const x = onnx.input('x', 'float32', shape)
  onnx.output('y', onnx.add('ReorderInput', [x], { shape }, { domain: 'com.microsoft.nchwc' }))
  const session = await engine.load(writeModel(onnx), options)
  const from = Float32Array.from({ length: sizeOf(shape) }, (_, index) => index)
  const to = new Float32Array(from.length)
  const port = { dtype: 'float32', shape } as const
  const binding = session.bind([{ ...port, name: 'x', memory: from }], [{ ...port, name: 'y', memory: to }])
  await binding.run()
  binding.release()
  await session.release()
  return to
}

/** The element that lies at `to` in blocks of `size` channels. */
function sourceOf(to: number, size: number): number {
  const [column, block] = [Math.floor(to / size) % image.width, Math.floor(to / size / image.width)]
  return (block * size + (to % size)) * image.width + column
}

/** Whether a small network's gradients come out the same with blocks as without. */
async function agrees(engine: Engine, session: SessionOptions, block: number): Promise<boolean> {
  const sample = network(block)
  const [blocked, standard] = await Promise.all([
    results(engine, sample, { session, block }),
    results(engine, sample, { session, block: 0 }),
  ])
  return Object.entries(standard).every(([name, expected]) => {
    const actual = blocked[name] as Float32Array
    const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
    return expected.every((value, at) => Math.abs(value - (actual[at] as number)) <= tolerance * scale)
  })
}

/** Convolutions from few channels and from many, with padding, strides and dilations, and both poolings. */
function network(block: number): Graph {
  const leaf = (name: string, ...shape: number[]): Node => ops.input(name, shape)
  const kernels = [
    leaf('kernel1', 3, 3, 3, block),
    leaf('kernel2', 3, 2, block, 2 * block),
    leaf('kernel3', 2, 2, 2 * block, block),
  ] as const
  const [kernel1, kernel2, kernel3] = kernels
  const x = leaf('x', block, 11, 12, 3)
  const first = ops.relu(ops.add(ops.conv2d(x, kernel1, { padding: 'same' }), leaf('bias', block)))
  const second = ops.tanh(ops.conv2d(first, kernel2, { dilations: 2, padding: 'same' }))
  const third = ops.conv2d(ops.maxPool2d(second, { size: 2 }), kernel3, { strides: [1, 2], padding: 'same' })
  const y = ops.avgPool2d(third, { size: 2 })
  const sums = gradients(ops.reduceSum(ops.mul(y, y)), [x, ...kernels])
  return graph({ outputs: { y, ...Object.fromEntries(sums.map((sum, index) => [`d${index}`, sum])) } })
}

interface Variant {
  readonly session: SessionOptions
  readonly block: number
}

async function results(
  engine: Engine,
  sample: Graph,
  { session, block }: Variant,
): Promise<Readonly<Record<string, Float32Array>>> {
  const lowering = { fusedMatMul: true, block }
  const compiled = await compile((model) => engine.load(model, session), sample, { steps: 1, lowering })
  const inputs = compiled.inputs.map((port) => ({ ...port, memory: values(sizeOf(port.shape)) }))
  const outputs = compiled.outputs.map((port) => ({ ...port, memory: new Float32Array(sizeOf(port.shape)) }))
  const binding = compiled.session.bind(inputs, outputs)
  await binding.run()
  binding.release()
  await compiled.session.release()
  return Object.fromEntries(outputs.map(({ label, memory }) => [label, memory]))
}

/** Numbers from −0.5 to 0.5 without a pattern. */
function values(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, at) => (Math.imul(at + 1, 2654435761) >>> 0) / 2 ** 32 - 0.5)
}
