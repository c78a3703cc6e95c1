import {
  defineFunction,
  extractLane,
  get,
  type Local,
  load,
  op,
  type Statement,
  set,
  store,
  type Value,
  type WasmFunction,
} from '@lockstep/core/wasm'
import { elementLoop } from './element-loop.ts'
import { bfloat16Vectors, float16Vectors, type HalfVectors } from './half-vectors.ts'

type Vector = Value<'v128'>

/** Functions between float32 and two 16-bit formats: `(into, from, count)`, and `(into, addend, from, count)`. */
export function halfFunctions(): WasmFunction[] {
  return [...formatFunctions('Bfloat16', bfloat16Vectors), ...formatFunctions('Float16', float16Vectors)]
}

function formatFunctions(format: string, vectors: HalfVectors): WasmFunction[] {
  return [
    packFunction(`pack${format}`, vectors),
    unpackFunction(`unpack${format}`, vectors),
    addFunction(`add${format}`, vectors),
  ]
}

function packFunction(name: string, { pack }: HalfVectors): WasmFunction {
  return defineFunction({ name, parameters: ['i32', 'i32', 'i32'] }, ({ parameters, local }) => {
    const [into, from, count] = parameters
    const low = local('v128')
    const high = local('v128')
    const walks = [
      { address: into, elementBytes: 2 },
      { address: from, elementBytes: 4 },
    ]
    return elementLoop(count, walks, {
      width: 8,
      vector: (ahead) => [
        set(low, load('v128.load', get(from), 4 * ahead)),
        set(high, load('v128.load', get(from), 4 * ahead + 16)),
        store(
          'v128.store',
          get(into),
          op(
            'i16x8.narrow_i32x4_u',
            pack(() => get(low)),
            pack(() => get(high)),
          ),
          2 * ahead,
        ),
      ],
      single: () => [
        set(low, load('v128.load32_splat', get(from))),
        store(
          'i32.store16',
          get(into),
          extractLane(
            'i32x4.extract_lane',
            pack(() => get(low)),
            0,
          ),
        ),
      ],
    })
  })
}

function unpackFunction(name: string, vectors: HalfVectors): WasmFunction {
  return defineFunction({ name, parameters: ['i32', 'i32', 'i32'] }, ({ parameters, local }) => {
    const [into, from, count] = parameters
    const walks = [{ address: into, elementBytes: 4 }]
    return unpackLoop({ into, from, count, walks, halves: local('v128') }, vectors, (values) => values)
  })
}

function addFunction(name: string, vectors: HalfVectors): WasmFunction {
  return defineFunction({ name, parameters: ['i32', 'i32', 'i32', 'i32'] }, ({ parameters, local }) => {
    const [into, addend, from, count] = parameters
    const walks = [into, addend].map((address) => ({ address, elementBytes: 4 }))
    return unpackLoop({ into, from, count, walks, halves: local('v128') }, vectors, (values, ahead) =>
      op(
        'f32x4.add',
        ahead === undefined ? load('v128.load32_splat', get(addend)) : load('v128.load', get(addend), 4 * ahead),
        values,
      ),
    )
  })
}

interface UnpackLoop {
  readonly into: Local<'i32'>
  readonly from: Local<'i32'>
  readonly count: Local<'i32'>
  /** The arrays of float32. */
  readonly walks: readonly { readonly address: Local<'i32'>; readonly elementBytes: number }[]
  readonly halves: Local<'v128'>
}

/** `then` gets four values and how far ahead they lie; for a single element, which is in lane 0, undefined. */
function unpackLoop(
  { into, from, count, walks, halves }: UnpackLoop,
  { unpack }: HalfVectors,
  then: (values: Vector, ahead: number | undefined) => Vector,
): Statement[] {
  const four = (name: 'i32x4.extend_low_i16x8_u' | 'i32x4.extend_high_i16x8_u', ahead: number): Statement =>
    store(
      'v128.store',
      get(into),
      then(
        unpack(() => op(name, get(halves))),
        ahead,
      ),
      4 * ahead,
    )
  return elementLoop(count, [...walks, { address: from, elementBytes: 2 }], {
    width: 8,
    vector: (ahead) => [
      set(halves, load('v128.load', get(from), 2 * ahead)),
      four('i32x4.extend_low_i16x8_u', ahead),
      four('i32x4.extend_high_i16x8_u', ahead + 4),
    ],
    single: () => [
      set(halves, op('i32x4.splat', load('i32.load16_u', get(from)))),
      store(
        'f32.store',
        get(into),
        extractLane(
          'f32x4.extract_lane',
          then(
            unpack(() => get(halves)),
            undefined,
          ),
          0,
        ),
      ),
    ],
  })
}
