import { graph, type Node, ops } from '@lockstep/core'
import { expect, test } from 'vitest'
import { loadEngine } from '../engine/load-engine.ts'
import { lower } from './lower.ts'
import type { Lack } from './substitutes.ts'
import { writeModel } from './write-model.ts'

const lacks: readonly Lack[] = ['boolMoves', 'intSlices', 'intNegation', 'sign', 'notANumber']
const i = ops.input('i', [3, 5], 'int32')
const x = ops.input('x', [3, 5])
const b = ops.input('b', [3, 5], 'bool')

const cases: Readonly<Record<string, Node>> = {
  sign: ops.sign(x),
  'sign of int32': ops.sign(i),
  neg: ops.neg(i),
  abs: ops.abs(i),
  slice: ops.slice(i, [1, 0], [2, 3], [1, 2]),
  'slice of bool': ops.slice(b, [0, 1], [2, 4]),
  'transpose of bool': ops.transpose(b),
  'concat of bool': ops.concat([b, b], 1),
  'bool as it is': b,
}

/** The element types that each operation works on. */
const used = (y: Node, lacking: readonly Lack[]): string[] =>
  lower(graph({ outputs: { y } }), { fusedMatMul: false, block: 0, lacks: lacking }).nodes.map(
    ({ op, outputs }) => `${op} ${outputs[0]?.type}`,
  )

test.each(Object.entries(cases))('%s is composed of what there is', (_, y) => {
  const missing = /^(Sign |Neg int32|Abs int32|Slice int32|(Identity|Transpose|Slice|Concat|Gather) bool)/
  expect(used(y, []).filter((name) => missing.test(name))).not.toEqual([])
  expect(used(y, lacks).filter((name) => missing.test(name))).toEqual([])
})

test.each(Object.entries(cases))('%s gives the same', async (_, y) => {
  const engine = await loadEngine('c-api')
  const results: number[][] = []
  for (const lacking of [[], lacks]) {
    const model = lower(graph({ outputs: { y } }), { fusedMatMul: false, block: 0, lacks: lacking })
    const session = await engine.load(writeModel(model), { threads: 1, optimizationLevel: 'disabled' })
    const fed = {
      'input/i': Int32Array.from({ length: 15 }, (_, at) => at - 7),
      'input/x': Float32Array.from({ length: 15 }, (_, at) => (at - 7) / 2),
      'input/b': Uint8Array.from({ length: 15 }, (_, at) => at % 2),
    }
    const inputs = Array.from(model.inputs, ([name, { shape, type }]) => ({
      name,
      shape,
      dtype: type as 'float32',
      memory: fed[name as keyof typeof fed],
    }))
    const length = y.shape.reduce((product, extent) => product * extent, 1)
    const memory = { float32: new Float32Array(length), int32: new Int32Array(length), bool: new Uint8Array(length) }[
      y.dtype
    ]
    const binding = session.bind(inputs, [{ name: 'output/y', shape: y.shape, dtype: y.dtype, memory }])
    await binding.run()
    results.push([...memory])
    binding.release()
    await session.release()
  }
  expect(results[1]).toEqual(results[0])
})

test.each([ops.exp, ops.log])('what is no number is kept from %o', (op) => {
  expect(used(op(x), [])).toEqual([expect.stringMatching(/^(Exp|Log) float32$/)])
  expect(used(op(x), lacks)).toEqual(expect.arrayContaining(['Equal bool', 'Where float32']))
})
