import { linker, type WasmExports, type WasmFunction } from '@lockstep/core/wasm'
import { arithmeticFunctions } from '../../kernels/arithmetic-functions.ts'
import type { ElementType } from '../../transport.ts'
import type { Adder } from '../window/summation.ts'
import { addBothFloat32, addBothFloat64 } from './add-both.ts'
import type { Arenas } from './arenas.ts'
import type { Libc } from './libc.ts'
import type { MappedMemory } from './mapped-memory.ts'

type Name = `add${'Float32' | 'Float64'}` | `addBoth${'Float32' | 'Float64'}`

const link = linker<Name>(
  () => [...arithmeticFunctions(), addBothFloat32(), addBothFloat64()] as readonly WasmFunction<Name>[],
)

/** Bytes added at once, so that a sum of many terms, or for many targets, goes through the core's own cache. */
const blockBytes = 16_384

/** Address of sums that are not complete; `sumInto` uses the scratch bytes below. */
const stage = 32_768

/** Adds what lies in a mapped window where it lies. */
export class MappedAdder implements Adder {
  readonly #libc: Libc
  readonly #memory: MappedMemory
  readonly #arenas: Arenas
  readonly #functions: WasmExports<Name>

  constructor(libc: Libc, memory: MappedMemory, arenas: Arenas) {
    this.#libc = libc
    this.#arenas = arenas
    this.#memory = memory
    this.#functions = link(memory.memory)
  }

  placeOf(bytes: Uint8Array): number {
    return this.#memory.placeOf(bytes)
  }

  sum(targets: readonly number[], terms: readonly number[], count: number, dtype: ElementType): void {
    const { scratchBytes } = this.#memory
    const into = targets.map((place) => place + scratchBytes)
    const from = terms.map((place) => place + scratchBytes)
    // Two terms for at most two targets pass through once; there is nothing to keep near.
    const block = terms.length === 2 && targets.length <= 2 ? Number.POSITIVE_INFINITY : blockBytes
    const size = dtype === 'float64' ? 8 : 4
    const byteLength = count * size
    this.#arenas.reach(Math.max(...targets, ...terms) + byteLength)
    for (let offset = 0; offset < byteLength; offset += block) {
      this.#sumBlock(into, from, offset, Math.min(block, byteLength - offset) / size, dtype)
    }
  }

  sumInto(target: Uint8Array, terms: readonly number[], count: number, dtype: ElementType): void {
    const place = this.#memory.placeOf(target)
    // Below the window begins the process's own scratch memory.
    this.sum([place >= 0 ? place : -this.#memory.scratchBytes], terms, count, dtype)
    if (place < 0) target.set(this.#memory.bytes.subarray(0, target.byteLength))
  }

  #sumBlock(into: readonly number[], from: readonly number[], offset: number, count: number, dtype: ElementType): void {
    const { addFloat32, addFloat64, addBothFloat32, addBothFloat64 } = this.#functions
    const [add, addBoth] = dtype === 'float64' ? [addFloat64, addBothFloat64] : [addFloat32, addBothFloat32]
    const [first, second] = into as [number, number | undefined]
    let sum = (from[0] as number) + offset
    // Until the last addition the sum stays in the scratch bytes, for a target may be a term that is still to be added.
    for (const term of from.slice(1, -1)) {
      add(stage, sum, term + offset, count)
      sum = stage
    }
    const last = (from.at(-1) as number) + offset
    if (second === undefined) add(first + offset, sum, last, count)
    else addBoth(first + offset, second + offset, sum, last, count)
    this.#copy(into.slice(2), first + offset, offset, count * (dtype === 'float64' ? 8 : 4))
  }

  #copy(targets: readonly number[], from: number, offset: number, byteLength: number): void {
    const base = this.#memory.start - this.#memory.scratchBytes
    for (const target of targets) this.#libc.copy(base + target + offset, base + from, byteLength)
  }
}
