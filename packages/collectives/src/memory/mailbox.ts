import { mismatch, type Words } from '../envelope.ts'

interface Letter {
  readonly words: Words
  readonly payload: Uint8Array
  readonly delivered: () => void
}

interface Recipient {
  readonly words: Words
  readonly into: Uint8Array
  readonly done: () => void
}

/** The messages on their way from one rank to another of the same process, in order. */
export class Mailbox {
  readonly #from: number
  readonly #to: number
  readonly #letters: Letter[] = []
  readonly #recipients: Recipient[] = []

  constructor(from: number, to: number) {
    this.#from = from
    this.#to = to
  }

  /** Whether somebody waits for a message that has not been sent. */
  get awaited(): boolean {
    return this.#recipients.length > 0
  }

  /**
   * Takes a copy of the payload and calls `delivered` when the recipient has it. Returns an error where that one
   * expected something else.
   */
  put(words: Words, payload: Uint8Array, delivered: () => void = () => {}): Error | undefined {
    this.#letters.push({ words, payload: payload.slice(), delivered })
    return this.#deliver()
  }

  /** Calls `done` when the message is in `into`. Returns an error where another one was sent. */
  take(words: Words, into: Uint8Array, done: () => void): Error | undefined {
    this.#recipients.push({ words, into, done })
    return this.#deliver()
  }

  #deliver(): Error | undefined {
    for (;;) {
      const letter = this.#letters[0]
      const recipient = this.#recipients[0]
      if (letter === undefined || recipient === undefined) return undefined
      const error = mismatch({ rank: this.#from, words: letter.words }, { rank: this.#to, words: recipient.words })
      if (error) return error
      this.#letters.shift()
      this.#recipients.shift()
      recipient.into.set(letter.payload)
      recipient.done()
      letter.delivered()
    }
  }
}
