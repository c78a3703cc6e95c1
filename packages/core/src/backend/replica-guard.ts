import { LockstepError } from '../errors.ts'

/** What every replica promises its callers: one run at a time, and nothing after its disposal. */
export class ReplicaGuard {
  #running: Promise<void> | undefined
  #disposed = false

  /** The run in progress. */
  get running(): Promise<void> | undefined {
    return this.#running
  }

  get disposed(): boolean {
    return this.#disposed
  }

  /** Awaits `work` when no other is in progress; rejects with `invalid-state` when one is, `disposed` after disposal. */
  async exclusive(work: () => Promise<void>): Promise<void> {
    this.checkAlive()
    if (this.#running !== undefined) {
      throw new LockstepError(
        'invalid-state',
        { object: 'replica' },
        'run was called during another run on this replica; await that one first',
      )
    }
    this.#running = work()
    try {
      await this.#running
    } finally {
      this.#running = undefined
    }
  }

  /** From now on {@link checkAlive} throws. A run in progress goes on. */
  dispose(): void {
    this.#disposed = true
  }

  /** Throws `disposed` after disposal. */
  checkAlive(): void {
    if (!this.#disposed) return
    throw new LockstepError('disposed', { object: 'replica' }, 'the replica was disposed; open another')
  }
}
