import {
  f32x4,
  get,
  i32,
  i32x4,
  type Local,
  op,
  type Statement,
  set,
  shuffle32x4,
  store,
  type Value,
} from '../wasm/index.ts'
import { fourVectors, type Locals, type Words } from './philox-rounds.ts'

type Vector = Value<'v128'>

/** Statements that turn the words of four neighbouring blocks into 16 elements and store them at `address`. */
export interface GroupWriter {
  readonly elementBytes: 1 | 4
  /** `limit` holds, in every lane, the largest word that makes a bernoulli 1. */
  write(scope: Locals, words: Words, address: Value<'i32'>, limit: Vector): readonly Statement[]
}

/** Blocks are the lanes of `words`, so lane b already holds the four bytes of block b: they are only put together. */
export const bernoulliGroup: GroupWriter = {
  elementBytes: 1,
  write(_scope, words, address, limit) {
    const bytes = words.map((word, index) => {
      // Two machine instructions, where the unsigned comparison itself takes four.
      const isOne = op('i32x4.eq', op('i32x4.min_u', get(word), limit), get(word))
      const one = 1 << (8 * index)
      return op('v128.and', isOne, i32x4(one, one, one, one))
    })
    return [
      store(
        'v128.store',
        address,
        bytes.reduce((some, more) => op('v128.or', some, more)),
      ),
    ]
  },
}

/** Blocks are the lanes of `words`, so the 4 × 4 floats are transposed. */
export const uniformGroup: GroupWriter = {
  elementBytes: 4,
  write(scope, words, address) {
    const floats = fourVectors(scope)
    const convert = words.map((word, index) => set(floats[index] as Local<'v128'>, uniform(get(word))))
    const [a, b, c, d] = floats
    const rows = ([0, 1, 2, 3] as const).map((block) => {
      const ab = shuffle32x4(get(a), get(b), [block, block, block + 4, block + 4])
      const cd = shuffle32x4(get(c), get(d), [block, block, block + 4, block + 4])
      return store('v128.store', address, shuffle32x4(ab, cd, [0, 2, 4, 6]), 16 * block)
    })
    return [...convert, ...rows]
  },
}

function uniform(word: Vector): Vector {
  return op('f32x4.mul', op('f32x4.convert_i32x4_s', op('i32x4.shr_u', word, i32(8))), f32x4(2 ** -24))
}
