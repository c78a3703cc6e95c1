import type { Dealer, MessageLike, Router } from 'zeromq'

/** Sends messages one after the other: a socket refuses a second `send` while the first is pending. */
export class Outbox {
  readonly #socket: Router | Dealer
  #tail: Promise<unknown> = Promise.resolve()

  constructor(socket: Router | Dealer) {
    this.#socket = socket
  }

  /** Rejects with what the socket says, e.g. `EHOSTUNREACH` of a router whose peer is gone. */
  post(parts: MessageLike[]): Promise<void> {
    const sent = this.#tail.then(() => this.#socket.send(parts))
    this.#tail = sent.catch(() => {})
    return sent
  }

  /** Settles when all that was posted is out of our hands. */
  async empty(): Promise<void> {
    await this.#tail
  }
}
