import {
  block,
  branchIf,
  defineFunction,
  get,
  i32,
  type Local,
  loop,
  op,
  type Statement,
  set,
  type ValueType,
  type WasmFunction,
} from '../wasm/index.ts'
import type { Kernel } from './kernel.ts'
import { KernelBody } from './kernel-body.ts'
import { hasVectorOperation } from './vector-operations.ts'

const lanes = 4
const vectorBytes = 16
/** Vectors per turn of the main loop, so that moving the addresses on costs little. */
const unrolled = 4

/** Whether all of a kernel's operations exist in WebAssembly. */
export function fitsWasm({ nodes }: Kernel): boolean {
  const leaves = ['input', 'state', 'constant']
  return nodes.every((node) => leaves.includes(node.op) || hasVectorOperation(node))
}

/**
 * A kernel as a function `(count, …byte addresses, …scalars) → sum of squares`, four elements at a time. The last
 * vector of an array may reach past its end: those elements are read and written back as they are.
 */
export function wasmKernel<Name extends string>(name: Name, kernel: Kernel): WasmFunction<Name> {
  const parameters: readonly ValueType[] = [
    'i32',
    ...kernel.arrays.map(() => 'i32' as const),
    ...kernel.scalars.map(() => 'f32' as const),
  ]
  return defineFunction({ name, parameters, result: 'f64' }, (scope) => {
    const [count, ...others] = scope.parameters as readonly Local[] as readonly [Local<'i32'>, ...Local[]]
    const arrays = others.slice(0, kernel.arrays.length) as Local<'i32'>[]
    const scalars = others.slice(kernel.arrays.length) as Local<'f32'>[]
    const body = new KernelBody(kernel, arrays, scalars, () => scope.local('v128'))
    const repeat = (vectors: number): Statement =>
      block((end) => [
        branchIf(end, op('i32.lt_u', get(count), i32(vectors * lanes))),
        loop((again) => [
          ...Array.from({ length: vectors }, (_, index) => body.vector(index * vectorBytes)).flat(),
          ...arrays.map((array) => set(array, op('i32.add', get(array), i32(vectors * vectorBytes)))),
          set(count, op('i32.sub', get(count), i32(vectors * lanes))),
          branchIf(again, op('i32.ge_u', get(count), i32(vectors * lanes))),
        ]),
      ])
    return [
      ...body.uniforms(),
      repeat(unrolled),
      repeat(1),
      block((end) => [branchIf(end, op('i32.eqz', get(count))), ...body.tail(count)]),
      body.sumOfSquares(),
    ]
  })
}
