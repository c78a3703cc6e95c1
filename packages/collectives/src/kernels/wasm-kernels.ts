import { linker, type WasmExports, type WasmFunction, type WasmMemory } from '@lockstep/core/wasm'
import type { Floats } from '../algorithms/blocks.ts'
import { arithmeticFunctions } from './arithmetic-functions.ts'
import { halfFunctions } from './half-functions.ts'
import type { HalfFormat, Kernels } from './kernels.ts'
import { type Numbers, Staging, stageElements } from './staging.ts'

type HalfName = 'Bfloat16' | 'Float16'
type Name = `${'add' | 'scale'}${'Float32' | 'Float64'}` | `${'pack' | 'unpack' | 'add'}${HalfName}`

const link = linker<Name>(() => [...arithmeticFunctions(), ...halfFunctions()] as WasmFunction<Name>[])
const halfNames: Readonly<Record<HalfFormat, HalfName>> = { bfloat16: 'Bfloat16', float16: 'Float16' }

/**
 * The kernels with vectors of 128 bits, bit for bit those in JavaScript, but for which NaN a sum is. Arrays in `memory`
 * are worked on in place, others a piece at a time through its first `stagingBytes`. Needs `hasSimd()`.
 */
export function wasmKernels(memory: WasmMemory): Kernels {
  return new WasmKernels(memory)
}

class WasmKernels implements Kernels {
  readonly #functions: WasmExports<Name>
  readonly #staging: Staging

  constructor(memory: WasmMemory) {
    this.#functions = link(memory)
    this.#staging = new Staging(memory.buffer)
  }

  sum(into: Floats, terms: readonly Floats[]): void {
    const [first, ...others] = terms as [Floats, ...Floats[]]
    const add = into instanceof Float32Array ? this.#functions.addFloat32 : this.#functions.addFloat64
    if (others.length === 0) {
      if (into !== first) into.set(first)
      return
    }
    this.#pieces(others.length > 1 ? [] : [into, ...terms], into.length, (start, end) => {
      let sum = this.#staging.read(first, start, end, 0)
      for (const [index, term] of others.entries()) {
        // Only the last sum goes to `into`, which may be a term that is still to be read.
        const last = index === others.length - 1
        const target = last ? this.#staging.target(into, start, 0) : this.#staging.target(stageOnly, 0, 0)
        add(target, sum, this.#staging.read(term, start, end, 1), end - start)
        sum = target
      }
      this.#staging.finish(into, start, end, 0)
    })
  }

  scale(into: Floats, from: Floats, factor: number): void {
    const scale = into instanceof Float32Array ? this.#functions.scaleFloat32 : this.#functions.scaleFloat64
    this.#each(into, [from], (target, [source], count) => scale(target, source as number, count, factor))
  }

  pack(format: HalfFormat, into: Uint16Array, from: Float32Array): void {
    const pack = this.#functions[`pack${halfNames[format]}`]
    this.#each(into, [from], (target, [source], count) => pack(target, source as number, count))
  }

  unpack(format: HalfFormat, into: Float32Array, from: Uint16Array): void {
    const unpack = this.#functions[`unpack${halfNames[format]}`]
    this.#each(into, [from], (target, [source], count) => unpack(target, source as number, count))
  }

  unpackAdd(format: HalfFormat, into: Float32Array, addend: Float32Array, from: Uint16Array): void {
    const add = this.#functions[`add${halfNames[format]}`]
    this.#each(into, [addend, from], (target, sources, count) => add(target, ...sources, count))
  }

  #each(
    into: Numbers,
    sources: readonly Numbers[],
    run: (target: number, sources: readonly number[], count: number) => void,
  ): void {
    this.#pieces([into, ...sources], into.length, (start, end) => {
      const addresses = sources.map((source, index) => this.#staging.read(source, start, end, index + 1))
      run(this.#staging.target(into, start, 0), addresses, end - start)
      this.#staging.finish(into, start, end, 0)
    })
  }

  /** Everything at once where all of these arrays lie in the memory, piece by piece otherwise. */
  #pieces(arrays: readonly Numbers[], length: number, run: (start: number, end: number) => void): void {
    const inPlace = arrays.length > 0 && arrays.every((array) => this.#staging.has(array))
    const size = inPlace ? Math.max(1, length) : stageElements
    for (let start = 0; start < length; start += size) run(start, Math.min(length, start + size))
  }
}

/** An array that lies in no memory: its target is always the stage. */
const stageOnly = new Float32Array(0)
