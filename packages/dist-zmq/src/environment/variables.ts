import { LockstepError } from '@lockstep/core/errors'

/** The process's environment, or a stand-in for it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads a launcher's variables; what is not as it must be is an error that names the variable. */
export class Variables {
  readonly #environment: Environment
  /** Who sets them, for messages. */
  readonly launcher: string

  constructor(environment: Environment, launcher: string) {
    this.#environment = environment
    this.launcher = launcher
  }

  /** Undefined where it is not set, or empty. */
  text(name: string): string | undefined {
    return this.#environment[name]?.trim() || undefined
  }

  has(name: string): boolean {
    return this.text(name) !== undefined
  }

  /** A whole number from `least`; undefined where it is not set. */
  number(name: string, least = 0): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (!Number.isSafeInteger(value) || value < least) {
      throw wrongVariable(
        name,
        `${name} is '${text}', not a whole number from ${least}`,
        `as ${this.launcher} would set it`,
      )
    }
    return value
  }

  /** A whole number that must be set since `because` is. */
  needed(name: string, because: string, least = 0): number {
    const value = this.number(name, least)
    if (value === undefined) throw halfSet(name, because, this.launcher)
    return value
  }

  /** The text of a variable that must be set since `because` is. */
  neededText(name: string, because: string): string {
    const value = this.text(name)
    if (value === undefined) throw halfSet(name, because, this.launcher)
    return value
  }
}

function halfSet(name: string, because: string, launcher: string): Error {
  return wrongVariable(name, `${because} is set but ${name} is not`, `${launcher} sets both; set both or neither`)
}

/** What is wrong with a variable, and what to do about it. */
export function wrongVariable(name: string, what: string, remedy: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument: name }, `${what}; ${remedy}`)
}
