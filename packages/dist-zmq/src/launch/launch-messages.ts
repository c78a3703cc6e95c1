/** What the launcher sends to each rank. */
export interface ToChild {
  readonly module: string
  readonly args: readonly unknown[]
}

/** What a rank answers when its function has returned. */
export interface FromChild {
  readonly value: unknown
}
