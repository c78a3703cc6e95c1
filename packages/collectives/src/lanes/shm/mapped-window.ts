import { closeSync } from 'node:fs'
import type { SectionLayout } from '../window/layout.ts'
import type { Window } from '../window/window.ts'
import type { Libc } from './libc.ts'
import type { MappedMemory } from './mapped-memory.ts'

/** Below this many bytes a copy by JavaScript is done before a call of the C library has begun. */
const shortBytes = 2048

/** Looks around without a pause, then such that give others of the core their turn; after that the thread sleeps. */
const spins = 20
const yields = 2000

/** The first sleeps are short, for something new may be asked of this thread, and that does not end them. */
const firstSleepMs = 1

/** What a mapped window works with. */
export interface MappedWindowParts {
  readonly libc: Libc
  readonly memory: MappedMemory
  readonly layout: SectionLayout
  readonly file: number
  /** A sleep ends after so many milliseconds though nobody woke us: the event loop has others to serve. */
  readonly sleepMs: number
}

/** A window in memory that all members have mapped. */
export class MappedWindow implements Window {
  readonly self: number
  readonly #libc: Libc
  readonly #memory: MappedMemory
  readonly #layout: SectionLayout
  readonly #file: number
  readonly #sleepMs: number
  #closed = false

  constructor(self: number, { libc, memory, layout, file, sleepMs }: MappedWindowParts) {
    this.self = self
    this.#libc = libc
    this.#memory = memory
    this.#layout = layout
    this.#file = file
    this.#sleepMs = sleepMs
  }

  load(member: number, at: number): number {
    return Atomics.load(this.#memory.words, this.#word(member, at)) >>> 0
  }

  store(at: number, value: number): void {
    Atomics.store(this.#memory.words, this.#word(this.self, at), value | 0)
  }

  read(member: number, at: number, into: Uint8Array): void {
    const from = this.#place(member, at)
    if (into.byteLength <= shortBytes) into.set(this.#bytes(from, into.byteLength))
    else this.#libc.copy(this.#libc.addressOf(into), this.#memory.start + from, into.byteLength)
  }

  write(at: number, from: Uint8Array): void {
    const to = this.#place(this.self, at)
    if (from.byteLength <= shortBytes) this.#bytes(to, from.byteLength).set(from)
    else this.#libc.copy(this.#memory.start + to, this.#libc.addressOf(from), from.byteLength)
  }

  wake(): void {
    for (let member = 0; member < this.#layout.members; member++) {
      if (member === this.self || this.load(member, this.#layout.asleep) === 0) continue
      Atomics.add(this.#memory.words, this.#word(member, this.#layout.bell), 1)
      this.#libc.futexWake(this.#memory.start + this.#place(member, this.#layout.bell))
    }
  }

  rest(idle: number, look: () => boolean): boolean {
    if (idle <= spins) return false
    if (this.#sleepMs === 0) return true
    if (idle <= yields) {
      this.#libc.yield()
      return false
    }
    const bell = this.load(this.self, this.#layout.bell)
    this.store(this.#layout.asleep, 1)
    // Whoever changes something from here on sees that we sleep; what was changed before, this look sees.
    if (!look()) this.#sleep(bell, idle > yields + 20 ? this.#sleepMs : firstSleepMs)
    this.store(this.#layout.asleep, 0)
    return true
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    closeSync(this.#file)
  }

  #sleep(bell: number, milliseconds: number): void {
    const address = this.#memory.start + this.#place(this.self, this.#layout.bell)
    this.#libc.futexWait(address, bell, Math.min(milliseconds, this.#sleepMs))
  }

  #bytes(place: number, length: number): Uint8Array {
    const start = this.#memory.scratchBytes + place
    return this.#memory.bytes.subarray(start, start + length)
  }

  #word(member: number, at: number): number {
    return (this.#memory.scratchBytes + this.#place(member, at)) / 4
  }

  #place(member: number, at: number): number {
    return member * this.#layout.sectionBytes + at
  }
}
