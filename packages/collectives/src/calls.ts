import type { CollectiveOptions } from '@lockstep/core'
import { type CallWords, Channel } from './algorithms/channel.ts'
import { CallLine } from './call-line.ts'
import type { Clock } from './clock.ts'
import { showCall } from './envelope.ts'
import { Lifeline } from './lifeline.ts'
import { disposed, timedOut } from './reasons.ts'
import type { Transport } from './transport.ts'

/** The calls of one rank: their order, their timeouts and their common end. */
export class Calls {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #line: CallLine = new CallLine()
  readonly #life: Lifeline = new Lifeline()

  constructor(transport: Transport, { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number }) {
    this.#transport = transport
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    transport.aborted.then((reason) => this.#life.end(reason))
  }

  /** Resolves with the reason for which no more calls are possible. */
  get closed(): Promise<Error> {
    return this.#life.ended
  }

  /** Runs a collective call in its turn. */
  collective<T>(
    words: CallWords,
    options: CollectiveOptions | undefined,
    run: (channel: Channel) => Promise<T>,
  ): Promise<T> {
    return this.#guarded(() => this.#line.collective(() => this.#timed(words, options, run)))
  }

  /** Runs an exchange with one rank in its turn; `way` names that rank and the direction. */
  exchange<T>(words: CallWords, way: string, run: (channel: Channel, asked: () => void) => Promise<T>): Promise<T> {
    const timed = (asked: () => void): Promise<T> => this.#timed(words, undefined, (channel) => run(channel, asked))
    return this.#guarded(() => this.#line.exchange(way, timed))
  }

  /** Ends the group. */
  end(reason: Error): void {
    this.#life.end(reason)
    this.#transport.abort(reason)
  }

  /** Leaves the group; pending and later calls reject. */
  async dispose(): Promise<void> {
    this.#life.end(disposed('communicator'))
    await this.#transport[Symbol.asyncDispose]()
  }

  /** What goes wrong in one call is the end of all; the end is what all calls reject with, so they tell one story. */
  #guarded<T>(run: () => Promise<T>): Promise<T> {
    return this.#life.promise((resolve) => {
      run().then(resolve, (error: Error) => this.end(error))
    })
  }

  async #timed<T>(
    words: CallWords,
    options: CollectiveOptions | undefined,
    run: (channel: Channel) => Promise<T>,
  ): Promise<T> {
    if (this.#life.reason) throw this.#life.reason
    const channel = new Channel(this.#transport, words)
    const milliseconds = options?.timeoutMs ?? this.#timeoutMs
    const cancel = this.#clock.after(milliseconds, () => {
      const awaited = [...new Set([...channel.awaited, ...(this.#transport.awaited?.() ?? [])])]
      const call = { words: showCall(words), operation: words.operation, rank: channel.rank, milliseconds }
      this.end(timedOut(call, awaited))
    })
    try {
      return await run(channel)
    } finally {
      cancel()
    }
  }
}
