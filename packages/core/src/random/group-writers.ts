import {
  f32x4,
  get,
  i32,
  type Local,
  load,
  op,
  type Statement,
  select,
  set,
  shuffle32x4,
  store,
  type Value,
} from '../wasm/index.ts'
import { fourVectors, type Locals, type Words } from './philox-rounds.ts'

type Vector = Value<'v128'>

/** What a kernel makes of the words of four blocks at a time: a group of neighbouring elements of a sample. */
export interface GroupWriter {
  /** Rows that are worked on at a time. */
  readonly rowsPerTile: number
  /** Between the numbers of the four blocks. */
  readonly blocksApart: 1 | 4
  readonly groupElements: 16 | 64
  readonly groupBytes: 16 | 64
  /** Whether there is nothing to do for the group at `address`: 1 or 0. */
  skip?(address: Value<'i32'>): Value<'i32'>
  /** Stores the group at `address`. `threshold` is that of a bernoulli. */
  write(scope: Locals, words: Words, address: Value<'i32'>, threshold: Value<'i32'>): readonly Statement[]
}

/**
 * One row is a single chain of dependent instructions and leaves the processor waiting; several fill the gaps and share
 * what depends on the block alone. A fourth row gains nothing more.
 */
const rowsPerTile = 3

/** Blocks are the lanes of the words, so the 4 × 4 floats are transposed. */
export const uniformGroup: GroupWriter = {
  rowsPerTile,
  blocksApart: 1,
  groupElements: 16,
  groupBytes: 64,
  write(scope, words, address) {
    const floats = fourVectors(scope)
    return [
      ...words.map((word, index) => set(floats[index] as Local<'v128'>, uniform(get(word)))),
      ...transposed(floats).map((block, index) => store('v128.store', address, block, 16 * index)),
    ]
  },
}

/** Stands for an element that its first byte does not decide. */
const undecided = 2

/** The first byte of the words of 4 × 16 elements. */
export const bernoulliGroup: GroupWriter = {
  rowsPerTile,
  blocksApart: 4,
  groupElements: 64,
  groupBytes: 64,
  write(scope, words, address, threshold) {
    const bytes = scope.local('v128')
    const limit = byteOf(threshold, 0)
    const lowerBytes = op('i32.and', threshold, i32(0x00ff_ffff))
    const mark = op('i8x16.splat', select(i32(undecided), i32(0), lowerBytes))
    return transposed(words).flatMap((block, index) => {
      const ones = op('v128.and', op('i8x16.lt_u', get(bytes), limit), everyByte(1))
      const marks = op('v128.and', op('i8x16.eq', get(bytes), limit), mark)
      return [set(bytes, block), store('v128.store', address, op('v128.or', ones, marks), 16 * index)]
    })
  },
}

/** All four bytes of the words of 16 elements. */
export const smallBernoulliGroup: GroupWriter = {
  rowsPerTile,
  blocksApart: 1,
  groupElements: 16,
  groupBytes: 16,
  write(scope, words, address, threshold) {
    const places = fourVectors(scope)
    const below = places.reduceRight<Vector>((lower, local, place) => {
      const [bytes, limit] = [get(local), byteOf(threshold, place)]
      const equal = op('v128.and', op('i8x16.eq', bytes, limit), lower)
      return op('v128.or', op('i8x16.lt_u', bytes, limit), equal)
    }, everyByte(0))
    return [
      ...transposed(words).map((block, place) => set(places[place] as Local<'v128'>, block)),
      store('v128.store', address, op('v128.and', below, everyByte(1))),
    ]
  },
}

/** The same where the first byte has left one of them undecided, as a second pass. */
export const undecidedGroup: GroupWriter = {
  ...smallBernoulliGroup,
  rowsPerTile: 1,
  skip(address) {
    return op('i32.eqz', op('v128.any_true', op('v128.and', load('v128.load', address), everyByte(undecided))))
  },
}

/** Byte number `place` of a word, from the highest, in every lane. */
function byteOf(word: Value<'i32'>, place: number): Vector {
  return op('i8x16.splat', op('i32.shr_u', word, i32(24 - 8 * place)))
}

function everyByte(value: number): Vector {
  return op('i8x16.splat', i32(value))
}

/** Of a 4 × 4 matrix of words. */
function transposed([a, b, c, d]: Words): Vector[] {
  return ([0, 1, 2, 3] as const).map((row) => {
    const ab = shuffle32x4(get(a), get(b), [row, row, row + 4, row + 4])
    const cd = shuffle32x4(get(c), get(d), [row, row, row + 4, row + 4])
    return shuffle32x4(ab, cd, [0, 2, 4, 6])
  })
}

function uniform(word: Vector): Vector {
  return op('f32x4.mul', op('f32x4.convert_i32x4_s', op('i32x4.shr_u', word, i32(8))), f32x4(2 ** -24))
}
