import { type Context, Reply } from 'zeromq'
import { z85 } from './curve.ts'

/** Domain of all sockets of ours, so that the doorkeeper is asked about every one that binds. */
export const zapDomain = 'lockstep'

/**
 * Answers ZeroMQ's question whether a client may come in (ZAP, RFC 27): only one with that public key. It must be there
 * before the first socket binds, or CURVE would let in every key.
 */
export class Doorkeeper {
  readonly #socket: Reply
  readonly #allowed: string

  constructor(context: Context, allowed: string) {
    this.#socket = new Reply({ context, linger: 0 })
    this.#allowed = allowed
  }

  async open(): Promise<void> {
    await this.#socket.bind('inproc://zeromq.zap.01')
    void this.#answer()
  }

  close(): void {
    this.#socket.close()
  }

  async #answer(): Promise<void> {
    while (!this.#socket.closed) {
      try {
        const [version, id, , , , mechanism, key] = await this.#socket.receive()
        const known = mechanism?.toString() === 'CURVE' && key !== undefined && z85(key) === this.#allowed
        const [status, text] = known ? ['200', 'OK'] : ['400', 'unknown key']
        await this.#socket.send([version ?? '1.0', id ?? '', status, text, known ? 'lockstep' : '', ''])
      } catch {
        return // The socket was closed.
      }
    }
  }
}
