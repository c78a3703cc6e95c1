/** The collective call, or the point-to-point exchange, that a message belongs to. */
export type Operation = 'hello' | 'allReduce' | 'reduceScatter' | 'allGather' | 'broadcast' | 'barrier' | 'pointToPoint'

/** How the bytes of a message are read: elements of arrays, or bytes of whatever meaning. */
export type ElementType = 'float32' | 'float64' | 'bytes'

/**
 * What a message is. Sender and receiver say it independently of one another; where they differ in anything, or in the
 * length, both sides' words stand in the error and the group is aborted.
 */
export interface Envelope {
  readonly operation: Operation
  /** Number of the call in the order that every rank makes them, from 0; the tag of a point-to-point exchange. */
  readonly sequence: number
  /** Number of the message among those between these two ranks in this call, from 0. */
  readonly part: number
  readonly dtype: ElementType
  /** Elements that the whole call is about, as this rank has it; 0 where ranks need not agree on it. */
  readonly count: number
  /** Rank that a broadcast comes from; 0 for every other operation. */
  readonly root: number
}

/**
 * Moves messages between the ranks of a group: what the collectives are written over. Between two ranks messages arrive
 * whole, once, and in the order of the calls of `send`; several calls of `send` and `receive` may be pending together,
 * also with one peer. When a peer dies, the group is aborted, or a message does not fit, every pending and later call
 * rejects with the reason; a transport never recovers: a new group gets a new one. Disposal is leaving in peace: what
 * was sent before can still be received, and only what needs the rank that left rejects, as if it had died.
 */
export interface Transport extends AsyncDisposable {
  readonly rank: number
  readonly worldSize: number
  /** What carries messages to that rank: `memory`, `shm`, `file`, `tcp`, `zmq`; for logs and reports. */
  lane(peer: number): string
  /** Sends bytes; when the promise settles, `payload` may be changed. It need not have been received by then. */
  send(to: number, envelope: Envelope, payload: Uint8Array): Promise<void>
  /** Receives exactly `into.byteLength` bytes into `into`. */
  receive(from: number, envelope: Envelope, into: Uint8Array): Promise<void>
  /** Ends the group: pending and later calls reject with `reason`, here and, as soon as they hear of it, on every rank. */
  abort(reason: Error): void
  /** Resolves, never rejects, with the reason when the group has been aborted, here or elsewhere, or a peer has died. */
  readonly aborted: Promise<Error>
  /** Payload bytes sent to other ranks so far. */
  readonly bytesSent: number
  /**
   * Where the lane sums better by itself than by messages (all ranks share memory): the elementwise SUM over the ranks,
   * added in rank order, of `send` into `receive` (they may be one array), the same bits on every rank.
   */
  readonly allReduce?: (
    send: Float32Array | Float64Array,
    receive: Float32Array | Float64Array,
    envelope: Envelope,
  ) => Promise<void>
  /** The ranks that `allReduce` waits for at this moment, for the message of a timeout. */
  readonly awaited?: () => readonly number[]
  /** Memory that the lane reads without a copy, of `byteLength` bytes and aligned to 64. */
  readonly allocate?: (byteLength: number) => Uint8Array
  /**
   * Makes bytes of a shared `WebAssembly.Memory` such memory, with all of the pages that they lie in. What they hold
   * stays; nobody may write to them meanwhile. They are kept as long as the transport, and adopted once however often it is
   * asked. Throws where it is not possible.
   */
  readonly adopt?: (bytes: Uint8Array) => void
}
