import {
  type FunctionScope,
  get,
  i32,
  i32x4,
  type Local,
  op,
  type Statement,
  set,
  shuffle32x4,
  type Value,
  type ValueType,
} from '../wasm/index.ts'
import { philoxMultipliers, philoxRounds, philoxWeyl } from './philox.ts'

type Vector = Local<'v128'>

/** Where local variables come from. */
export type Locals = Pick<FunctionScope<readonly ValueType[]>, 'local'>

/** Four counters at a time, or their results: vector w holds word w of each. */
export type Words = readonly [Vector, Vector, Vector, Vector]

/** The keys of one round, each in all four lanes. */
export type RoundKey = readonly [Vector, Vector]

export function fourVectors(scope: Locals): Words {
  return [scope.local('v128'), scope.local('v128'), scope.local('v128'), scope.local('v128')]
}

/** Variables for the keys of all rounds, and the statements that set them. */
export function roundKeys(
  scope: Locals,
  key0: Local<'i32'>,
  key1: Local<'i32'>,
): { readonly keys: readonly RoundKey[]; readonly prepare: readonly Statement[] } {
  const keys = Array.from({ length: philoxRounds }, (): RoundKey => [scope.local('v128'), scope.local('v128')])
  const advanced = (key: Local<'i32'>, weyl: number, round: number) =>
    op('i32x4.splat', op('i32.add', get(key), i32(Math.imul(weyl, round))))
  const prepare = keys.flatMap(([first, second], round) => [
    set(first, advanced(key0, philoxWeyl[0], round)),
    set(second, advanced(key1, philoxWeyl[1], round)),
  ])
  return { keys, prepare }
}

/** One round of Philox on four counters, in place. */
export function philoxRound(scope: Locals, [c0, c1, c2, c3]: Words, [key0, key1]: RoundKey): Statement[] {
  const product0 = products(scope, c0, philoxMultipliers[0])
  const product2 = products(scope, c2, philoxMultipliers[1])
  return [
    ...product0.compute,
    ...product2.compute,
    set(c0, op('v128.xor', product2.high, op('v128.xor', get(c1), get(key0)))),
    set(c1, product2.low),
    set(c2, op('v128.xor', product0.high, op('v128.xor', get(c3), get(key1)))),
    set(c3, product0.low),
  ]
}

interface Products {
  readonly compute: readonly Statement[]
  readonly low: Value<'v128'>
  readonly high: Value<'v128'>
}

/** The halves of the 64-bit products of four words and a constant. */
function products(scope: Locals, words: Vector, multiplier: number): Products {
  const [lanes01, lanes23] = [scope.local('v128'), scope.local('v128')]
  const factor = i32x4(multiplier, multiplier, multiplier, multiplier)
  return {
    compute: [
      set(lanes01, op('i64x2.extmul_low_i32x4_u', get(words), factor)),
      set(lanes23, op('i64x2.extmul_high_i32x4_u', get(words), factor)),
    ],
    low: shuffle32x4(get(lanes01), get(lanes23), [0, 2, 4, 6]),
    high: shuffle32x4(get(lanes01), get(lanes23), [1, 3, 5, 7]),
  }
}
