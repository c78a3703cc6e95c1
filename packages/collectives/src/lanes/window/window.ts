/**
 * Memory that the ranks of one host have in common, as one of its members sees it. Every member has a section, which it
 * alone writes; what it stores there, others see in the order in which it was stored.
 */
export interface Window {
  /** This member's number, from 0. */
  readonly self: number
  /** The unsigned 32-bit number at a byte offset, a multiple of 64, of a member's section. */
  load(member: number, at: number): number
  /** Sets a number of the own section, after everything that was written before. */
  store(at: number, value: number): void
  /** Reads bytes of a member's section. */
  read(member: number, at: number, into: Uint8Array): void
  /** Writes bytes of the own section. */
  write(at: number, from: Uint8Array): void
  /** Interrupts the rest of the others, for something has changed. */
  wake(): void
  /**
   * Lets time pass after `idle` looks around that found nothing new; a few milliseconds at most. `look` is one more of
   * them, before a longer rest. Returns whether the event loop should have its turn.
   */
  rest(idle: number, look: () => boolean): boolean
  /** Gives back what the window holds. Nothing else may be called after it. */
  close(): void
}
