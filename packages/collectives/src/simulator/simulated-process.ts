import type { Clock } from '../clock.ts'
import type { VirtualTime } from './virtual-time.ts'

/** A rank as its operating system sees it: it does things when something happens, unless it stands still or is dead. */
export class SimulatedProcess implements Clock {
  readonly #time: VirtualTime
  readonly #waiting: (() => void)[] = []
  #stalledUntil = 0
  #crashed = false

  constructor(time: VirtualTime) {
    this.#time = time
  }

  get crashed(): boolean {
    return this.#crashed
  }

  get stalled(): boolean {
    return this.#time.now < this.#stalledUntil
  }

  /** Whether it will never do anything again. */
  get over(): boolean {
    return this.#crashed || this.#stalledUntil === Number.POSITIVE_INFINITY
  }

  crash(): void {
    this.#crashed = true
  }

  stall(milliseconds: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#time.now + milliseconds)
    if (Number.isFinite(this.#stalledUntil)) this.#time.at(this.#stalledUntil, () => this.#resume())
  }

  /** Does it now, when it goes on, or never. */
  execute(action: () => void): void {
    if (this.#crashed) return
    if (this.stalled) this.#waiting.push(action)
    else action()
  }

  /** Does it at that time of the simulation, or when it goes on after that. */
  at(time: number, action: () => void): void {
    this.#time.at(time, () => this.execute(action))
  }

  after(milliseconds: number, action: () => void): () => void {
    let cancelled = false
    this.at(this.#time.now + milliseconds, () => {
      if (!cancelled) action()
    })
    return () => {
      cancelled = true
    }
  }

  #resume(): void {
    if (this.stalled) return
    for (const action of this.#waiting.splice(0)) this.execute(action)
  }
}
