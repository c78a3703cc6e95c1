import { onnx } from '@lockstep/backend-onnx'
import { evaluate, reference } from '@lockstep/backend-reference'
import { type Graph, type HostTensor, type Model, randomName, sizeOf, stateEntry, stateLayout } from '@lockstep/core'
import { describe, expect, it } from 'vitest'
import { testDigits } from './digits.fixture.ts'
import { buildModel, type ExampleName } from './models.ts'

const batch = 128
const digits = await testDigits(batch)

type Values = Record<string, Float32Array>

/** Weights on a grid of 2⁻⁶: with images on one of 2⁻⁸, ReLU and pooling see exact numbers in any precision. */
async function gridWeights(model: Model): Promise<Values> {
  const weights = await model.namedWeights()
  for (const [name, values] of weights) {
    if (name.endsWith('bias')) values.fill(4 / 64)
    // So few bits that sums over a whole window, and over 9216 inputs, stay exact.
    else
      values.forEach((value, at) => {
        values[at] = Math.max(-4, Math.min(4, Math.round(value * 64))) / 64
      })
  }
  return Object.fromEntries(weights)
}

/** Weights as drawn, with positive biases: the flat background of the images then ties in every pooling window. */
async function drawnWeights(model: Model): Promise<Values> {
  const weights = await model.namedWeights()
  for (const [name, values] of weights) if (name.endsWith('bias')) values.fill(0.1)
  return Object.fromEntries(weights)
}

function feedsFor(graph: Graph): Record<string, HostTensor> {
  const feeds: Record<string, HostTensor> = {}
  for (const node of graph.inputs) {
    const { name } = node.attributes
    feeds[name] = name.startsWith('x/')
      ? digits.images
      : name.startsWith('y/')
        ? digits.oneHot
        : new Float32Array(batch).fill(1)
  }
  // Any fixed mask will do; this one drops every third element.
  for (const node of graph.randoms)
    feeds[randomName(node)] = Uint8Array.from({ length: sizeOf(node.shape) }, (_, at) => (at % 3 ? 1 : 0))
  return feeds
}

/** Gradients of the graph on backend onnx. */
async function onEngine(
  graph: Graph,
  weights: Values,
  feeds: Record<string, HostTensor>,
  engine: 'c-api' | 'js',
): Promise<Map<string, Float32Array>> {
  const shapes = [
    ...graph.states.map(({ attributes, shape }) => [attributes.name, shape] as const),
    ...[...graph.updates].map(([name, { shape }]) => [name, shape] as const),
  ]
  const layout = stateLayout(shapes)
  await using replica = await onnx({ engine }).open(layout)
  const range = (name: string) => {
    const { offset, length } = stateEntry(layout, name)
    return { start: offset, end: offset + length }
  }
  for (const [name, values] of Object.entries(weights)) await replica.write(values, range(name))
  const call = await replica.prepare(graph)
  call.bind(
    feeds,
    Object.fromEntries([...graph.outputs].map(([name, { shape }]) => [name, new Float32Array(sizeOf(shape))])),
  )
  await call.run()
  const gradients = new Map<string, Float32Array>()
  for (const [name, { shape }] of graph.updates) {
    const values = new Float32Array(sizeOf(shape))
    await replica.read(values, range(name))
    gradients.set(name, values)
  }
  return gradients
}

/** Largest error relative to the largest element, over all gradients; and how many elements are off by more than 1e-5. */
function compareAll(got: Map<string, Float32Array>, expected: ReadonlyMap<string, Float64Array>) {
  let worst = 0
  let flipped = 0
  for (const [name, values] of expected) {
    const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(scale, name).toBeGreaterThan(0)
    const actual = got.get(name) as Float32Array
    values.forEach((value, at) => {
      const error = Math.abs(value - (actual[at] as number)) / scale
      worst = Math.max(worst, error)
      if (error > 1e-5) flipped++
    })
  }
  return { worst, flipped }
}

describe.each(['mlp', 'cnn'] as const)(
  'gradients of mnist_%s on real images with tied windows',
  (name: ExampleName) => {
    const prepare = async (weightsOf: (model: Model) => Promise<Values>) => {
      const model = buildModel(name, 0)
      model.compile({ backend: reference(), loss: 'categoricalCrossentropy', learner: 'sgd' })
      const graph = model.gradientsGraph(batch)
      const [weights, feeds] = [await weightsOf(model), feedsFor(graph)]
      return { graph, weights, feeds, expected: evaluate(graph, { inputs: feeds, states: weights }).updates }
    }

    it('equal float64 to 1e-5 where every decision is exact', async () => {
      const { graph, weights, feeds, expected } = await prepare(gridWeights)
      for (const engine of ['c-api', 'js'] as const) {
        const { worst } = compareAll(await onEngine(graph, weights, feeds, engine), expected)
        console.log(`mnist_${name}, exact decisions, ${engine}: largest error ${worst.toExponential(1)}`)
        expect(worst).toBeLessThanOrEqual(1e-5)
      }
    })

    it('equal float64 to 1e-3 with weights as drawn', async () => {
      const { graph, weights, feeds, expected } = await prepare(drawnWeights)
      const { worst, flipped } = compareAll(await onEngine(graph, weights, feeds, 'c-api'), expected)
      console.log(
        `mnist_${name}, ${digits.origin}: largest error ${worst.toExponential(1)}, ${flipped} elements off by more than 1e-5`,
      )
      expect(worst).toBeLessThanOrEqual(1e-3)
    })
  },
)
