/** Hands on text line by line, each with a prefix; a carriage return begins a line anew, as progress bars do. */
export class PrefixedLines {
  readonly #prefix: string
  readonly #write: (text: string) => void
  #open = false

  constructor(prefix: string, write: (text: string) => void) {
    this.#prefix = prefix
    this.#write = write
  }

  /** A line's beginning is written at once: prompts and bars need not wait for its end. */
  add(text: string): void {
    const parts = text.split(/(?<=[\r\n])/)
    const prefixed = parts.map((part, index) => (index === 0 && this.#open ? part : this.#prefix + part))
    if (text === '') return
    this.#open = !/[\r\n]$/.test(text)
    this.#write(prefixed.join(''))
  }

  /** Ends a line that is open. */
  end(): void {
    if (this.#open) this.#write('\n')
    this.#open = false
  }
}

/** Keeps the last lines of a text that comes in parts. */
export class LastLines {
  readonly #limit: number
  #text = ''

  constructor(limit: number) {
    this.#limit = limit
  }

  add(text: string): void {
    this.#text = (this.#text + text).slice(-200 * this.#limit)
  }

  get lines(): string[] {
    const shown = this.#text.split('\n').map((line) => line.slice(line.lastIndexOf('\r', line.length - 2) + 1))
    return shown.filter((line) => line.trim() !== '').slice(-this.#limit)
  }
}
