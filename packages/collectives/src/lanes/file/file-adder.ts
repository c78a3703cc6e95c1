import type { Floats } from '../../algorithms/blocks.ts'
import { Workspace } from '../../kernels/workspace.ts'
import type { ElementType } from '../../transport.ts'
import type { SectionLayout } from '../window/layout.ts'
import type { Adder, Operand } from '../window/summation.ts'
import type { Window } from '../window/window.ts'

/** Bytes added at once, so that what was read is still in the core's own cache when it is added. */
const blockBytes = 262_144

/** Adds what can only be read and written: in memory of this process, a block at a time. */
export class FileAdder implements Adder {
  readonly #window: Window
  readonly #layout: SectionLayout
  readonly #workspace: Workspace = new Workspace()

  constructor(window: Window, layout: SectionLayout) {
    this.#window = window
    this.#layout = layout
  }

  placeOf(): number {
    return -1
  }

  sum(targets: readonly Operand[], terms: readonly Operand[], byteLength: number, dtype: ElementType): void {
    const [sum, next] = this.#workspace.places(2, blockBytes) as [Uint8Array, Uint8Array]
    for (let offset = 0; offset < byteLength; offset += blockBytes) {
      const length = Math.min(blockBytes, byteLength - offset)
      const [total, term] = [sum.subarray(0, length), next.subarray(0, length)]
      for (const [index, operand] of terms.entries()) {
        this.#read(operand, offset, index === 0 ? total : term)
        if (index > 0) this.#workspace.sum(floats(total, dtype), [floats(total, dtype), floats(term, dtype)])
      }
      for (const target of targets) this.#write(target, offset, total)
    }
  }

  #read(operand: Operand, offset: number, into: Uint8Array): void {
    if (typeof operand !== 'number') into.set(operand.subarray(offset, offset + into.byteLength))
    else this.#window.read(Math.floor(operand / this.#section), (operand % this.#section) + offset, into)
  }

  #write(operand: Operand, offset: number, from: Uint8Array): void {
    if (typeof operand !== 'number') operand.set(from, offset)
    else this.#window.write((operand % this.#section) + offset, from)
  }

  get #section(): number {
    return this.#layout.sectionBytes
  }
}

function floats({ buffer, byteOffset, byteLength }: Uint8Array, dtype: ElementType): Floats {
  if (dtype === 'float64') return new Float64Array(buffer, byteOffset, byteLength / 8)
  return new Float32Array(buffer, byteOffset, byteLength / 4)
}
