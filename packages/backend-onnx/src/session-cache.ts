import type { Compiled } from './compiled.ts'

interface Releasable {
  release(): Promise<void>
}

interface Entry<S> {
  readonly compiled: Promise<Compiled<S>>
  users: number
}

/** Compiled graphs by what they were compiled from, kept as long as someone uses them. */
export class SessionCache<S extends Releasable> {
  readonly #entries = new Map<string, Entry<S>>()

  /** What `compile` gives, or gave to another user; to be given back with {@link release} as often. */
  async acquire(key: string, compile: () => Promise<Compiled<S>>): Promise<Compiled<S>> {
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
