import type { Communicator } from '../backend/communicator.ts'
import type { Session } from '../training/session.ts'

/**
 * Adds up over the ranks what a session's state holds of gradients and batch statistics: in place on the host, otherwise
 * by way of a window of the communicator.
 */
export class GradientExchange {
  readonly #session: Session
  readonly #communicator: Communicator
  #window: Float32Array | undefined

  constructor(session: Session, communicator: Communicator) {
    this.#session = session
    this.#communicator = communicator
  }

  /** To be called by all ranks, in a turn. A rank that has nothing to contribute brings zeros. */
  async run(contributes: boolean): Promise<void> {
    const { replica, plan } = this.#session
    const { start, end } = plan.exchanged
    if (start === end) return
    const host = replica.hostState?.floats.subarray(start, end)
    // From then on the engine writes gradients where the ranks add them up.
    if (host !== undefined) this.#communicator.share?.(host)
    const sums = host ?? this.#staging(end - start)
    if (!contributes) sums.fill(0)
    else if (host === undefined) await replica.read(sums, plan.exchanged)
    await this.#communicator.allReduce(sums)
    if (host === undefined) await replica.write(sums, plan.exchanged)
  }

  #staging(length: number): Float32Array {
    this.#window ??= this.#communicator.allocate(length)
    return this.#window
  }
}
