/** Shared memory for arrays that lie in memory of one thread alone; kept for the next call of like length. */
export class Staging {
  readonly #free: SharedArrayBuffer[] = []

  /** At least that many bytes. */
  take(byteLength: number): SharedArrayBuffer {
    const fit = this.#free.findIndex((buffer) => buffer.byteLength >= byteLength && buffer.byteLength <= 4 * byteLength)
    const found = fit < 0 ? undefined : this.#free.splice(fit, 1)[0]
    return found ?? new SharedArrayBuffer(2 ** Math.ceil(Math.log2(Math.max(byteLength, 4096))))
  }

  give(buffer: SharedArrayBuffer): void {
    this.#free.push(buffer)
    if (this.#free.length > 8) this.#free.shift()
  }
}
