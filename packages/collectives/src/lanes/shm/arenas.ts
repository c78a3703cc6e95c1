import type { SectionLayout } from '../window/layout.ts'
import { fillWithZeros } from '../window/window-file.ts'
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

  #take(byteLength: number): Uint8Array {
    const pages = Math.max(1, Math.ceil(byteLength / pageBytes))
    const { memory, words, scratchBytes, capacity } = this.#memory
    const counter = (scratchBytes + this.#start) / 4
    const place = this.#start + arenaIndexBytes + Atomics.add(words, counter, pages) * pageBytes
    const end = place + pages * pageBytes
    if (end > capacity) throw new RangeError(`arrays end at ${capacity} bytes`)
    fillWithZeros(this.#file, place, pages * pageBytes)
    this.reach(end)
    return new Uint8Array(memory.buffer, scratchBytes + place, byteLength)
  }
}
