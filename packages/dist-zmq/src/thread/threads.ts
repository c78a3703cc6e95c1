import type { CommunicationThread } from './communication-thread.ts'

/** How long a process that ends waits for its communication thread, which needs milliseconds unless the machine is very busy. */
const patienceMs = 10_000

/** The threads of this process that have not ended. */
class Threads {
  readonly #all = new Set<CommunicationThread>()
  #listening = false

  add(thread: CommunicationThread): void {
    this.#all.add(thread)
    if (this.#listening) return
    this.#listening = true
    // A program that simply comes to its end leaves its groups in peace.
    process.on('beforeExit', () => {
      for (const each of this.#all) void each.leave()
    })
    process.on('exit', (code) => {
      for (const each of this.#all) each.leaveNow(code, patienceMs)
    })
  }

  delete(thread: CommunicationThread): void {
    this.#all.delete(thread)
  }
}

/** The threads of this process that have not ended. */
export const threads: Threads = new Threads()
