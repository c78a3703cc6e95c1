/** What each error code carries. The set is closed: a `switch` over `code` can be exhaustive. */
export interface ErrorDetails {
  /** A value handed to a public function is not acceptable; nothing was changed. */
  'invalid-argument': { readonly argument: string }
  /** A name is not in the list of known ones. */
  'unknown-name': { readonly name: string; readonly known: readonly string[] }
  /** Shapes or dtypes of an operation do not fit together. */
  'shape-mismatch': { readonly operation: string; readonly shapes: readonly (readonly number[])[] }
  /** Data (labels, files, weights) is damaged or does not mean what it must. */
  'invalid-data': { readonly source: string }
  /** The object cannot do this in its present state (not compiled, no loss, already running). */
  'invalid-state': { readonly object: string }
  /** A declared limit of a backend, an engine or an operation. */
  unsupported: { readonly feature: string; readonly by: string }
  /** A package, library, file or device that is needed is not there. */
  unavailable: { readonly what: string; readonly remedy: string }
  /** The object was disposed. */
  disposed: { readonly object: string }
  /** The engine below a backend failed. */
  'engine-failure': { readonly engine: string }
  /** Training met a value that is not a number. */
  'not-a-number': { readonly where: string; readonly step: number }
  /** Ranks of a group died, hung or left; the group is over. */
  'peer-lost': { readonly ranks: readonly number[] }
  /** Two ranks differ in what they do: in the call, its number, dtype or length; in versions or settings. */
  'rank-mismatch': { readonly ranks: readonly [number, number] }
  /** A call between ranks did not complete in time; `awaited` are the ranks that it was waiting for. */
  'timed-out': { readonly operation: string; readonly awaited: readonly number[] }
  /** One of the ranks ended the group on purpose. */
  aborted: { readonly rank: number }
}

export type ErrorCode = keyof ErrorDetails

const marker: symbol = Symbol.for('lockstep.error')

/**
 * The one error class of Lockstep. The message says what happened with the values, what was expected and what to do;
 * `code` and `details` say the same to a program.
 */
export class LockstepError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'LockstepError'
  readonly code: Code
  readonly details: ErrorDetails[Code]

  constructor(code: Code, details: ErrorDetails[Code], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.details = details
    Object.defineProperty(this, marker, { value: true })
  }
}

/** True for errors of Lockstep, also across two installed copies of the package. */
export function isLockstepError(value: unknown): value is LockstepError {
  return typeof value === 'object' && value !== null && marker in value
}
