import type { Conditions } from './conditions.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What happens to one message. */
interface Transmission {
  readonly byteLength: number
  /** The sender's machine has read the payload. */
  readonly taken: () => void
  readonly arrived: () => void
  /** It was lost too often. */
  readonly broken: () => void
}

/** The way from one rank to another: reliable and in order, like TCP, over a network that is not. */
export class SimulatedLink {
  readonly #time: VirtualTime
  readonly #from: SimulatedProcess
  readonly #to: SimulatedProcess
  readonly #conditions: Conditions
  readonly #random: () => number
  #free = 0
  #lastArrival = 0

  constructor(
    time: VirtualTime,
    ends: { readonly from: SimulatedProcess; readonly to: SimulatedProcess },
    conditions: Conditions,
    random: () => number,
  ) {
    this.#time = time
    this.#from = ends.from
    this.#to = ends.to
    this.#conditions = conditions
    this.#random = random
  }

  /** Milliseconds that a message is on its way; another number each time. */
  delay(): number {
    const { latencyMs = 0.05, jitterMs = 0 } = this.#conditions
    return latencyMs + jitterMs * this.#random()
  }

  transmit({ byteLength, taken, arrived, broken }: Transmission): void {
    const { bytesPerMs = 1_000_000 } = this.#conditions
    this.#free = Math.max(this.#free, this.#time.now) + byteLength / bytesPerMs
    this.#from.at(this.#free, () => {
      taken()
      const { repeats, reached } = this.#repeats()
      // In order: what was repeated holds up all that comes after it.
      this.#lastArrival = Math.max(this.#lastArrival, this.#time.now + this.delay() + repeats)
      if (reached) this.#to.at(this.#lastArrival, arrived)
      else this.#time.at(this.#lastArrival, broken)
    })
  }

  /** Milliseconds lost by repeating, and whether the message has come through in the end. */
  #repeats(): { repeats: number; reached: boolean } {
    const { loss = 0, repeatMs = 1, attempts = 20 } = this.#conditions
    let repeats = 0
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (this.#random() >= loss) return { repeats, reached: true }
      repeats += repeatMs * 2 ** attempt
    }
    return { repeats, reached: false }
  }
}
