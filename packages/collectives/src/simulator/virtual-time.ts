interface Event {
  readonly at: number
  readonly order: number
  readonly action: () => void
}

/** Time that passes from one event to the next, however long the machine takes. Milliseconds. */
export class VirtualTime {
  #now = 0
  #order = 0
  #running = false
  /** A binary heap, earliest first; of two at one time, the one that was asked for first. */
  readonly #events: Event[] = []

  get now(): number {
    return this.#now
  }

  /** Calls `action` at that time, or now where it has passed. */
  at(time: number, action: () => void): void {
    this.#events.push({ at: Math.max(time, this.#now), order: this.#order++, action })
    this.#rise(this.#events.length - 1)
  }

  /**
   * Lets time pass until `done`, no event is left, or the next one is later than `limit`. Between events everything
   * that promises have made possible happens.
   */
  async pass(done: () => boolean, limit: number = Number.POSITIVE_INFINITY): Promise<void> {
    await quiet()
    while (!done()) {
      const event = this.#events[0]
      if (event === undefined || event.at > limit) return
      this.#drop()
      this.#now = event.at
      event.action()
      await quiet()
    }
  }

  /** Lets time pass whenever there is something to happen. */
  flow(): void {
    if (this.#running) return
    this.#running = true
    this.pass(() => false).then(() => {
      this.#running = false
      // Something may have been asked for after the last look.
      if (this.#events.length > 0) this.flow()
    })
  }

  #rise(from: number): void {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#swapUnlessOrdered(parent, index)) return
      index = parent
    }
  }

  #drop(): void {
    const last = this.#events.pop() as Event
    if (this.#events.length === 0) return
    this.#events[0] = last
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      if (left >= this.#events.length) return
      const right = left + 1
      const child = right < this.#events.length && this.#isBefore(right, left) ? right : left
      if (!this.#swapUnlessOrdered(index, child)) return
      index = child
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [first, second] = [this.#events[a] as Event, this.#events[b] as Event]
    return first.at < second.at || (first.at === second.at && first.order < second.order)
  }

  #swapUnlessOrdered(parent: number, child: number): boolean {
    if (!this.#isBefore(child, parent)) return false
    const event = this.#events[parent] as Event
    this.#events[parent] = this.#events[child] as Event
    this.#events[child] = event
    return true
  }
}

/** Resolves when no promise can settle any more without an event. */
function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
