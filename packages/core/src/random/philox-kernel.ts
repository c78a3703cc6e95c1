import {
  branchIf,
  defineFunction,
  type FunctionScope,
  get,
  i32,
  i32x4,
  type Local,
  linker,
  loop,
  op,
  type Statement,
  select,
  set,
  tee,
  type Value,
  type WasmExports,
  type WasmFunction,
  type WasmMemory,
} from '../wasm/index.ts'
import { bernoulliGroup, type GroupWriter, uniformGroup } from './group-writers.ts'
import { fourVectors, philoxRound, roundKeys, type Words } from './philox-rounds.ts'

/** Elements that a kernel writes at a time and in a row: four blocks of four. */
export const groupElements = 16

/**
 * Rows that are worked on at a time. One row is a single chain of dependent instructions and leaves the processor
 * waiting; several fill the gaps and share what depends on the block alone. A fourth row gains nothing more.
 */
const rowsPerTile = 3

const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const
type Scope = FunctionScope<typeof parameters>

interface Row {
  readonly position: Local<'v128'>
  readonly cursor: Local<'i32'>
  readonly words: Words
}

/**
 * Kernels over a memory, as functions of
 * `(address, rowBytes, samples, groups, firstPosition, stream, step, key0, key1, limit)`: the first `groups` × 16
 * elements of each of `samples` rows. Both must be at least 1. `limit` is the largest word that makes a bernoulli 1.
 */
export const linkPhilox: (memory: WasmMemory) => WasmExports<'bernoulli' | 'uniform'> = linker(() => [
  fillFunction('bernoulli', bernoulliGroup),
  fillFunction('uniform', uniformGroup),
])

function fillFunction<Name extends string>(name: Name, writer: GroupWriter): WasmFunction<Name> {
  return defineFunction({ name, parameters }, (scope) => {
    const [, , samples, , , , , key0, key1] = scope.parameters
    const { keys, prepare } = roundKeys(scope, key0, key1)
    const done = scope.local('i32')
    const rows = Array.from({ length: rowsPerTile }, () => ({
      position: scope.local('v128'),
      cursor: scope.local('i32'),
      words: fourVectors(scope),
    }))
    const rounds = keys.flatMap((key) => rows.flatMap(({ words }) => philoxRound(scope, words, key)))
    return [
      ...prepare,
      loop((nextTile) => [
        ...rows.flatMap((row, index) => startRow(scope, row, done, index)),
        ...groupLoop(scope, rows, rounds, writer),
        set(done, op('i32.add', get(done), i32(rowsPerTile))),
        branchIf(nextTile, op('i32.lt_u', get(done), get(samples))),
      ]),
    ]
  })
}

/** Rows of a tile beyond the last sample repeat that one: they write the same bytes once more. */
function startRow({ parameters, local }: Scope, row: Row, done: Local<'i32'>, index: number): Statement[] {
  const [address, rowBytes, samples, , firstPosition] = parameters
  const sample = local('i32')
  const last = op('i32.sub', get(samples), i32(1))
  return [
    set(sample, smaller(op('i32.add', get(done), i32(index)), last)),
    set(row.cursor, op('i32.add', get(address), op('i32.mul', get(sample), get(rowBytes)))),
    set(row.position, op('i32x4.splat', op('i32.add', get(firstPosition), get(sample)))),
  ]
}

function groupLoop(scope: Scope, rows: readonly Row[], rounds: readonly Statement[], writer: GroupWriter): Statement[] {
  const [, , , groups, , stream, step, , , limit] = scope.parameters
  const [blocks, remaining] = [scope.local('v128'), scope.local('i32')]
  const body = loop((nextGroup) => [
    ...rows.flatMap(({ position, words: [c0, c1, c2, c3] }) => [
      set(c0, get(blocks)),
      set(c1, get(position)),
      set(c2, op('i32x4.splat', get(stream))),
      set(c3, op('i32x4.splat', get(step))),
    ]),
    ...rounds,
    ...rows.flatMap(({ cursor, words }) => [
      ...writer.write(scope, words, get(cursor), op('i32x4.splat', get(limit))),
      set(cursor, op('i32.add', get(cursor), i32(groupElements * writer.elementBytes))),
    ]),
    set(blocks, op('i32x4.add', get(blocks), i32x4(4, 4, 4, 4))),
    branchIf(nextGroup, tee(remaining, op('i32.sub', get(remaining), i32(1)))),
  ])
  return [set(remaining, get(groups)), set(blocks, i32x4(0, 1, 2, 3)), body]
}

function smaller(a: Value<'i32'>, b: Value<'i32'>): Value<'i32'> {
  return select(a, b, op('i32.lt_u', a, b))
}
