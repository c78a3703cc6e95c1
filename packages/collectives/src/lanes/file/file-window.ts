import { closeSync, readSync, writeSync } from 'node:fs'
import type { Window } from '../window/window.ts'

/** Looks around without a pause, then with short ones; after that the event loop has a turn after every longer one. */
const polls = 30
const shortRests = 60
const shortRestMs = 0.02
const longRestMs = 0.3

/** A window of files in memory, one for each member, that are read and written: slower than mapping, but nothing else is needed. */
export class FileWindow implements Window {
  readonly self: number
  readonly #files: readonly number[]
  readonly #longestSleepMs: number
  readonly #pair: Uint32Array = new Uint32Array(2)
  readonly #nobody: Int32Array = new Int32Array(new SharedArrayBuffer(4))
  #closed = false

  constructor(self: number, files: readonly number[], longestSleepMs: number) {
    this.self = self
    this.#files = files
    this.#longestSleepMs = longestSleepMs
  }

  load(member: number, at: number): number {
    // Each number stands there twice, once inverted: what is read while it is being written does not fit.
    for (;;) {
      readSync(this.#files[member] as number, this.#pair, 0, 8, at)
      const [value, inverse] = this.#pair as unknown as [number, number]
      if ((value ^ inverse) === -1 || (value === 0 && inverse === 0)) return value
    }
  }

  store(at: number, value: number): void {
    this.#pair[0] = value
    this.#pair[1] = ~value
    writeSync(this.#files[this.self] as number, this.#pair, 0, 8, at)
  }

  read(member: number, at: number, into: Uint8Array): void {
    for (let done = 0; done < into.byteLength; )
      done += readSync(this.#files[member] as number, into, done, into.byteLength - done, at + done)
  }

  write(at: number, from: Uint8Array): void {
    for (let done = 0; done < from.byteLength; )
      done += writeSync(this.#files[this.self] as number, from, done, from.byteLength - done, at + done)
  }

  /** Nobody sleeps long here. */
  wake(): void {}

  rest(idle: number): boolean {
    if (idle <= polls) return false
    if (this.#longestSleepMs === 0) return true
    const long = idle > polls + shortRests
    Atomics.wait(this.#nobody, 0, 0, Math.min(long ? longRestMs : shortRestMs, this.#longestSleepMs))
    return long
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const file of this.#files) closeSync(file)
  }
}
