import { defineFunction, get, load, op, store, tee, type WasmFunction } from '@lockstep/core/wasm'
import { elementLoop } from '../../kernels/element-loop.ts'

const addresses = ['i32', 'i32', 'i32', 'i32', 'i32'] as const

/** `(into, also, a, b, count)`: into = also = a + b, elementwise; addresses in bytes. */
export function addBothFloat32(): WasmFunction<'addBothFloat32'> {
  return defineFunction({ name: 'addBothFloat32', parameters: addresses }, ({ parameters, local }) => {
    const [into, also, a, b, count] = parameters
    const vector = local('v128')
    const single = local('f32')
    const walks = [into, also, a, b].map((address) => ({ address, elementBytes: 4 }))
    return elementLoop(count, walks, {
      width: 4,
      vector(ahead) {
        const sum = op('f32x4.add', load('v128.load', get(a), 4 * ahead), load('v128.load', get(b), 4 * ahead))
        return [
          store('v128.store', get(into), tee(vector, sum), 4 * ahead),
          store('v128.store', get(also), get(vector), 4 * ahead),
        ]
      },
      single: () => [
        store('f32.store', get(into), tee(single, op('f32.add', load('f32.load', get(a)), load('f32.load', get(b))))),
        store('f32.store', get(also), get(single)),
      ],
    })
  })
}

/** `(into, also, a, b, count)` for float64. */
export function addBothFloat64(): WasmFunction<'addBothFloat64'> {
  return defineFunction({ name: 'addBothFloat64', parameters: addresses }, ({ parameters, local }) => {
    const [into, also, a, b, count] = parameters
    const vector = local('v128')
    const single = local('f64')
    const walks = [into, also, a, b].map((address) => ({ address, elementBytes: 8 }))
    return elementLoop(count, walks, {
      width: 2,
      vector(ahead) {
        const sum = op('f64x2.add', load('v128.load', get(a), 8 * ahead), load('v128.load', get(b), 8 * ahead))
        return [
          store('v128.store', get(into), tee(vector, sum), 8 * ahead),
          store('v128.store', get(also), get(vector), 8 * ahead),
        ]
      },
      single: () => [
        store('f64.store', get(into), tee(single, op('f64.add', load('f64.load', get(a)), load('f64.load', get(b))))),
        store('f64.store', get(also), get(single)),
      ],
    })
  })
}
