import type { Compiled } from './compiled.ts'

interface Entry {
  readonly compiled: Promise<Compiled>
  users: number
}

/** Compiled graphs by what they were compiled from, kept as long as someone uses them. */
export class SessionCache {
  readonly #entries = new Map<string, Entry>()

  /** What `compile` gives, or gave to another user; to be given back with {@link release} as often. */
  async acquire(key: string, compile: () => Promise<Compiled>): Promise<Compiled> {
    const entry = this.#entries.get(key) ?? { compiled: compile(), users: 0 }
    entry.users++
    this.#entries.set(key, entry)
    try {
      return await entry.compiled
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
  }

  async release(key: string): Promise<void> {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    entry.users--
    if (entry.users > 0) return
    this.#entries.delete(key)
    await (await entry.compiled).session.release()
  }
}
