import {
  block,
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
import { bernoulliGroup, type GroupWriter, smallBernoulliGroup, undecidedGroup, uniformGroup } from './group-writers.ts'
import { fourVectors, philoxRound, roundKeys, type Words } from './philox-rounds.ts'

type KernelName = 'bernoulli' | 'smallBernoulli' | 'undecided' | 'uniform'

const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const
type Scope = FunctionScope<typeof parameters>

interface Row {
  readonly position: Local<'v128'>
  readonly cursor: Local<'i32'>
  readonly words: Words
}

/**
 * Kernels over a memory, as functions of
 * `(address, rowBytes, samples, firstBlock, groups, firstPosition, stream, step, key0, key1, threshold)`: `groups` groups
 * from block `firstBlock` on, in each of `samples` rows. There must be at least one of both. `threshold`, of a bernoulli,
 * is from 1 to 2^32 − 1; unless it is a multiple of 2^24, `undecided` has to follow `bernoulli` on the same elements.
 */
export const linkPhilox: (memory: WasmMemory) => WasmExports<KernelName> = linker(() => [
  fillFunction('bernoulli', bernoulliGroup),
  fillFunction('smallBernoulli', smallBernoulliGroup),
  fillFunction('undecided', undecidedGroup),
  fillFunction('uniform', uniformGroup),
])

function fillFunction<Name extends string>(name: Name, writer: GroupWriter): WasmFunction<Name> {
  return defineFunction({ name, parameters }, (scope) => {
    const [, , samples, , , , , , key0, key1] = scope.parameters
    const { keys, prepare } = roundKeys(scope, key0, key1)
    const done = scope.local('i32')
    const rows = Array.from({ length: writer.rowsPerTile }, () => ({
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
        set(done, op('i32.add', get(done), i32(writer.rowsPerTile))),
        branchIf(nextTile, op('i32.lt_u', get(done), get(samples))),
      ]),
    ]
  })
}

/** Rows of a tile beyond the last sample repeat that one: they write the same bytes once more. */
function startRow({ parameters, local }: Scope, row: Row, done: Local<'i32'>, index: number): Statement[] {
  const [address, rowBytes, samples, , , firstPosition] = parameters
  const sample = local('i32')
  const last = op('i32.sub', get(samples), i32(1))
  return [
    set(sample, smaller(op('i32.add', get(done), i32(index)), last)),
    set(row.cursor, op('i32.add', get(address), op('i32.mul', get(sample), get(rowBytes)))),
    set(row.position, op('i32x4.splat', op('i32.add', get(firstPosition), get(sample)))),
  ]
}

function groupLoop(scope: Scope, rows: readonly Row[], rounds: readonly Statement[], writer: GroupWriter): Statement[] {
  const [, , , firstBlock, groups, , stream, step, , , threshold] = scope.parameters
  const [blocks, remaining] = [scope.local('v128'), scope.local('i32')]
  const { blocksApart, groupBytes } = writer
  const make = [
    ...rows.flatMap(({ position, words: [c0, c1, c2, c3] }) => [
      set(c0, get(blocks)),
      set(c1, get(position)),
      set(c2, op('i32x4.splat', get(stream))),
      set(c3, op('i32x4.splat', get(step))),
    ]),
    ...rounds,
    ...rows.flatMap(({ cursor, words }) => writer.write(scope, words, get(cursor), get(threshold))),
  ]
  const body = loop((nextGroup) => [
    ...unlessSkipped(writer, rows, make),
    ...rows.map(({ cursor }) => set(cursor, op('i32.add', get(cursor), i32(groupBytes)))),
    set(blocks, op('i32x4.add', get(blocks), op('i32x4.splat', i32(4 * blocksApart)))),
    branchIf(nextGroup, tee(remaining, op('i32.sub', get(remaining), i32(1)))),
  ])
  const lanes = i32x4(0, blocksApart, 2 * blocksApart, 3 * blocksApart)
  const first = op('i32x4.add', op('i32x4.splat', get(firstBlock)), lanes)
  return [set(remaining, get(groups)), set(blocks, first), body]
}

/** Nothing is made where all rows of the tile can do without. */
function unlessSkipped({ skip }: GroupWriter, rows: readonly Row[], make: readonly Statement[]): readonly Statement[] {
  if (skip === undefined) return make
  const all = rows.map(({ cursor }) => skip(get(cursor))).reduce((some, more) => op('i32.and', some, more))
  return [block((end) => [branchIf(end, all), ...make])]
}

function smaller(a: Value<'i32'>, b: Value<'i32'>): Value<'i32'> {
  return select(a, b, op('i32.lt_u', a, b))
}
