/** Options of one collective call. */
export interface CollectiveOptions {
  /** Rejects after this many milliseconds without completion. */
  readonly timeoutMs?: number
}

/**
 * Moves flat arrays between the ranks of a group, and nothing else. Every rank makes the same calls in the same order;
 * calls may be in flight together and complete in the order of the calls. After a rejection the communicator is closed.
 */
export interface Communicator extends AsyncDisposable {
  readonly rank: number
  readonly worldSize: number
  /** The elementwise SUM over the ranks, the same bits on every rank; in place unless `receive` is given. */
  allReduce(
    send: Float32Array | Float64Array,
    receive?: Float32Array | Float64Array,
    options?: CollectiveOptions,
  ): Promise<void>
  /** Every rank's block, in rank order; lengths may differ. */
  allGather(block: Uint8Array, options?: CollectiveOptions): Promise<readonly Uint8Array[]>
  /** Overwrites `buffer` with the one of rank `root`; all have one length. */
  broadcast(buffer: Uint8Array, root: number, options?: CollectiveOptions): Promise<void>
  /** Point to point; the block must not change until the promise settles. */
  send(to: number, tag: number, block: Uint8Array): Promise<void>
  receive(from: number, tag: number): Promise<Uint8Array>
  /** Ends the whole group; pending and later calls of every rank reject with `reason`. */
  abort(reason: Error): void
  /** A send window of `length` elements: memory that the transport reads without a copy. */
  allocate(length: number): Float32Array
  /**
   * Makes part of a shared `WebAssembly.Memory`, an arena for instance, such memory for as long as the communicator lives,
   * where the transport can. What it holds stays; nobody may write to it during the call. Asking again costs nothing.
   */
  share?(array: Float32Array): void
}
