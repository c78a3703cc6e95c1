import type { SectionLayout } from '../window/layout.ts'
import { fillWithZeros, writeWhole } from '../window/window-file.ts'
import type { MappedMemory } from './mapped-memory.ts'

const pageBytes = 65_536

/** Bytes after the sections of a window, in which the members count the pages that arenas have taken. */
export const arenaIndexBytes: number = pageBytes

/** Arrays that lie in a window: what one member has allocated, all can read and write. They live as long as the window. */
export class Arenas {
  readonly #memory: MappedMemory
  readonly #file: number
  readonly #start: number

  constructor(memory: MappedMemory, file: number, { members, sectionBytes }: SectionLayout) {
    this.#memory = memory
    this.#file = file
    this.#start = members * sectionBytes
  }

  /**
   * Zeroed bytes at the end of the window. Where the system has no more shared memory to give, ordinary memory that
   * other threads can see, and a warning of the process: it is copied once more.
   */
  allocate(byteLength: number): Uint8Array {
    try {
      return this.#take(byteLength)
    } catch (error) {
      const how = `no room for ${byteLength} bytes in shared memory (${(error as Error).message})`
      process.emitWarning(`${how}: they will be copied. Docker gives more with --shm-size=1g`, 'LockstepWarning')
      return new Uint8Array(new SharedArrayBuffer(byteLength))
    }
  }

  /** Makes an array visible that another member has allocated. */
  reach(end: number): void {
    this.#memory.mapTo(Math.ceil(end / pageBytes) * pageBytes)
  }

  /** Lays pages of the window under memory of a WebAssembly instance, and what that held into them. */
  adopt({ buffer, byteOffset, byteLength }: Uint8Array): void {
    const start = Math.floor(byteOffset / pageBytes) * pageBytes
    const end = Math.ceil((byteOffset + byteLength) / pageBytes) * pageBytes
    const bytes = new Uint8Array(buffer, start, end - start)
    if (this.#memory.placeOf(bytes) >= 0) return
    const place = this.#reserve(bytes.byteLength)
    writeWhole(this.#file, place, bytes)
    this.reach(place + bytes.byteLength)
    this.#memory.mapUnder(bytes, place)
  }

  #take(byteLength: number): Uint8Array {
    const whole = Math.max(1, Math.ceil(byteLength / pageBytes)) * pageBytes
    const { memory, scratchBytes } = this.#memory
    const place = this.#reserve(whole)
    fillWithZeros(this.#file, place, whole)
    this.reach(place + whole)
    return new Uint8Array(memory.buffer, scratchBytes + place, byteLength)
  }

  /** Place of whole pages at the end of the window that nobody else has. */
  #reserve(byteLength: number): number {
    const { words, scratchBytes, capacity } = this.#memory
    const counter = (scratchBytes + this.#start) / 4
    const pages = Atomics.add(words, counter, byteLength / pageBytes)
    const place = this.#start + arenaIndexBytes + pages * pageBytes
    if (place + byteLength > capacity) throw new RangeError(`arrays end at ${capacity} bytes`)
    return place
  }
}
