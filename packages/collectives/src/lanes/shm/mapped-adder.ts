import { linker, type WasmExports, type WasmFunction } from '@lockstep/core/wasm'
import { arithmeticFunctions } from '../../kernels/arithmetic-functions.ts'
import type { ElementType } from '../../transport.ts'
import type { Adder, Operand } from '../window/summation.ts'
import { addBothFloat32, addBothFloat64 } from './add-both.ts'
import type { Arenas } from './arenas.ts'
import type { Libc } from './libc.ts'
import type { MappedMemory } from './mapped-memory.ts'

type Name = `add${'Float32' | 'Float64'}` | `addBoth${'Float32' | 'Float64'}`

const link = linker<Name>(
  () => [...arithmeticFunctions(), addBothFloat32(), addBothFloat64()] as readonly WasmFunction<Name>[],
)

/** Bytes added at once, so that a sum of many terms, or for many targets, goes through the core's own cache. */
const blockBytes = 32_768

/** Addresses in the scratch bytes: a term of this process alone, a sum that is not complete, one for such a target. */
const termAt = 0
const partialAt = blockBytes
const totalAt = 2 * blockBytes

/** Adds what lies in a mapped window where it lies. */
export class MappedAdder implements Adder {
  readonly #libc: Libc
  readonly #memory: MappedMemory
  readonly #arenas: Arenas
  readonly #functions: WasmExports<Name>

  constructor(libc: Libc, memory: MappedMemory, arenas: Arenas) {
    this.#libc = libc
    this.#memory = memory
    this.#arenas = arenas
    this.#functions = link(memory.memory)
  }

  placeOf(bytes: Uint8Array): number {
    return this.#memory.placeOf(bytes)
  }

  sum(targets: readonly Operand[], terms: readonly Operand[], byteLength: number, dtype: ElementType): void {
    const places = [...targets, ...terms].filter((operand) => typeof operand === 'number')
    this.#arenas.reach(Math.max(...places) + byteLength)
    const into = targets.map((target) => this.#locate(target))
    const from = terms.map((term) => this.#locate(term))
    // Two terms for at most two targets pass through once: there is nothing to keep near.
    const atOnce = terms.length === 2 && targets.length <= 2 && places.length === terms.length + targets.length
    const step = atOnce ? byteLength : blockBytes
    for (let offset = 0; offset < byteLength; offset += step) {
      this.#sumBlock(into, from, offset, Math.min(step, byteLength - offset), dtype)
    }
  }

  #sumBlock(
    into: readonly Located[],
    from: readonly Located[],
    offset: number,
    byteLength: number,
    dtype: ElementType,
  ): void {
    const { addFloat32, addFloat64, addBothFloat32, addBothFloat64 } = this.#functions
    const [add, addBoth] = dtype === 'float64' ? [addFloat64, addBothFloat64] : [addFloat32, addBothFloat32]
    const count = byteLength / (dtype === 'float64' ? 8 : 4)
    const terms = from.map((term) => this.#near(term, offset, byteLength))
    const shared = into.filter(({ inside }) => inside).map(({ at }) => at + offset)
    let sum = terms[0] as number
    // Until the last addition the sum stays aside, for a target may be a term that is still to be added.
    for (const term of terms.slice(1, -1)) {
      add(partialAt, sum, term, count)
      sum = partialAt
    }
    const [first = totalAt, second, ...more] = shared
    if (second === undefined) add(first, sum, terms.at(-1) as number, count)
    else addBoth(first, second, sum, terms.at(-1) as number, count)
    for (const target of more) this.#libc.copy(this.#memory.base + target, this.#memory.base + first, byteLength)
    for (const { inside, at } of into) if (!inside) this.#libc.copy(at + offset, this.#memory.base + first, byteLength)
  }

  /** Address of a block of a term, in the memory. */
  #near({ inside, at }: Located, offset: number, byteLength: number): number {
    if (inside) return at + offset
    this.#libc.copy(this.#memory.base + termAt, at + offset, byteLength)
    return termAt
  }

  #locate(operand: Operand): Located {
    const place = typeof operand === 'number' ? operand : this.#memory.placeOf(operand)
    if (typeof operand === 'number' || place >= 0) return { inside: true, at: place + this.#memory.scratchBytes }
    return { inside: false, at: this.#libc.addressOf(operand) }
  }
}

interface Located {
  /** Whether it lies in the WebAssembly memory. */
  readonly inside: boolean
  /** Address in the WebAssembly memory, or else in the process. */
  readonly at: number
}
