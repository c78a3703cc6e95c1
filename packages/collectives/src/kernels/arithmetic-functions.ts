import { defineFunction, get, load, op, store, type WasmFunction } from '@lockstep/core/wasm'
import { elementLoop } from './element-loop.ts'

/** `(into, a, b, count)`: into = a + b, elementwise; addresses in bytes. */
export function arithmeticFunctions(): WasmFunction[] {
  return [addFloat32(), addFloat64(), scaleFloat32(), scaleFloat64()]
}

function addFloat32(): WasmFunction {
  return defineFunction({ name: 'addFloat32', parameters: ['i32', 'i32', 'i32', 'i32'] }, ({ parameters }) => {
    const [into, a, b, count] = parameters
    const walks = [into, a, b].map((address) => ({ address, elementBytes: 4 }))
    return elementLoop(count, walks, {
      width: 4,
      vector: (ahead) => [
        store(
          'v128.store',
          get(into),
          op('f32x4.add', load('v128.load', get(a), 4 * ahead), load('v128.load', get(b), 4 * ahead)),
          4 * ahead,
        ),
      ],
      single: () => [store('f32.store', get(into), op('f32.add', load('f32.load', get(a)), load('f32.load', get(b))))],
    })
  })
}

function addFloat64(): WasmFunction {
  return defineFunction({ name: 'addFloat64', parameters: ['i32', 'i32', 'i32', 'i32'] }, ({ parameters }) => {
    const [into, a, b, count] = parameters
    const walks = [into, a, b].map((address) => ({ address, elementBytes: 8 }))
    return elementLoop(count, walks, {
      width: 2,
      vector: (ahead) => [
        store(
          'v128.store',
          get(into),
          op('f64x2.add', load('v128.load', get(a), 8 * ahead), load('v128.load', get(b), 8 * ahead)),
          8 * ahead,
        ),
      ],
      single: () => [store('f64.store', get(into), op('f64.add', load('f64.load', get(a)), load('f64.load', get(b))))],
    })
  })
}

function scaleFloat32(): WasmFunction {
  return defineFunction({ name: 'scaleFloat32', parameters: ['i32', 'i32', 'i32', 'f32'] }, ({ parameters }) => {
    const [into, from, count, factor] = parameters
    const walks = [into, from].map((address) => ({ address, elementBytes: 4 }))
    return elementLoop(count, walks, {
      width: 4,
      vector: (ahead) => [
        store(
          'v128.store',
          get(into),
          op('f32x4.mul', load('v128.load', get(from), 4 * ahead), op('f32x4.splat', get(factor))),
          4 * ahead,
        ),
      ],
      single: () => [store('f32.store', get(into), op('f32.mul', load('f32.load', get(from)), get(factor)))],
    })
  })
}

function scaleFloat64(): WasmFunction {
  return defineFunction({ name: 'scaleFloat64', parameters: ['i32', 'i32', 'i32', 'f64'] }, ({ parameters }) => {
    const [into, from, count, factor] = parameters
    const walks = [into, from].map((address) => ({ address, elementBytes: 8 }))
    return elementLoop(count, walks, {
      width: 2,
      vector: (ahead) => [
        store(
          'v128.store',
          get(into),
          op('f64x2.mul', load('v128.load', get(from), 8 * ahead), op('f64x2.splat', get(factor))),
          8 * ahead,
        ),
      ],
      single: () => [store('f64.store', get(into), op('f64.mul', load('f64.load', get(from)), get(factor)))],
    })
  })
}
