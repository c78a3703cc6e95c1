import type { Floats, GroupCommunicator } from '@lockstep/collectives'
import type { CollectiveOptions } from '@lockstep/core'
import type { Member } from '../control/member.ts'
import { toReason } from '../reason.ts'
import type { CommunicationThread } from './communication-thread.ts'
import type { GroupInfo } from './protocol.ts'
import { Staging } from './staging.ts'

/** A communicator with what is known of the group. */
export interface ConnectedCommunicator extends GroupCommunicator {
  /** The ranks, in order, with their hosts and processes. */
  readonly members: readonly Pick<Member, 'rank' | 'host' | 'pid'>[]
  /** Number of this group among those of its job, from 0. */
  readonly generation: number
  /** What carries the messages, in one word or several: `shm`, `shm+tcp`; `none` for a rank alone. */
  readonly laneNames: string
}

/**
 * The main thread's end: posts every call to the communication thread. Arrays in shared memory (`allocate`, or any
 * `SharedArrayBuffer`) are used in place, others are copied there and back.
 */
export class ThreadCommunicator implements ConnectedCommunicator {
  readonly rank: number
  readonly worldSize: number
  readonly members: readonly Member[]
  readonly generation: number
  readonly #lanes: readonly string[]
  readonly #thread: CommunicationThread
  readonly #staging: Staging = new Staging()
  /** Memories of which a part has been shared: trainings of one model ask again and again. */
  readonly #arenas = new WeakSet<ArrayBufferLike>()

  constructor(rank: number, group: GroupInfo, thread: CommunicationThread) {
    this.rank = rank
    this.worldSize = group.members.length
    this.members = group.members
    this.generation = group.generation
    this.#lanes = group.lanes
    this.#thread = thread
  }

  get bytesSent(): number {
    return this.#thread.bytesSent
  }

  get closed(): Promise<Error> {
    return this.#thread.closed
  }

  get laneNames(): string {
    return [...new Set(this.#lanes.filter((lane) => lane !== ''))].sort().join('+')
  }

  lane(peer: number): string {
    return this.#lanes[peer] ?? ''
  }

  async allReduce(send: Floats, receive: Floats = send, options?: CollectiveOptions): Promise<void> {
    await this.#sum('allReduce', send, receive, options)
  }

  async reduceScatter(send: Floats, receive: Floats, options?: CollectiveOptions): Promise<void> {
    await this.#sum('reduceScatter', send, receive, options)
  }

  async allGather(block: Uint8Array, options?: CollectiveOptions): Promise<readonly Uint8Array[]> {
    return (await this.#thread.call({ kind: 'allGather', block: owned(block), ...options })) as readonly Uint8Array[]
  }

  async broadcast(buffer: Uint8Array, root: number, options?: CollectiveOptions): Promise<void> {
    const staged = this.#stage(buffer)
    await this.#thread.call({ kind: 'broadcast', buffer: staged, root, ...options })
    this.#unstage(staged, buffer)
  }

  async barrier(options?: CollectiveOptions): Promise<void> {
    await this.#thread.call({ kind: 'barrier', ...options })
  }

  async send(to: number, tag: number, block: Uint8Array): Promise<void> {
    await this.#thread.call({ kind: 'send', to, tag, block: owned(block) })
  }

  async receive(from: number, tag: number): Promise<Uint8Array> {
    return (await this.#thread.call({ kind: 'receive', from, tag })) as Uint8Array
  }

  abort(reason: Error): void {
    this.#thread.abort(toReason(reason, this.rank))
  }

  allocate(length: number): Float32Array {
    const plain = (): Float32Array => new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT))
    return this.#thread.allocate(length) ?? plain()
  }

  share(array: Float32Array): void {
    const { buffer } = array
    // The buffer of a shared WebAssembly memory is frozen; no other lies on pages of its own.
    if (!(buffer instanceof SharedArrayBuffer && Object.isFrozen(buffer)) || this.#arenas.has(buffer)) return
    this.#arenas.add(buffer)
    this.#thread.share(array)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.leave()
  }

  async #sum(
    kind: 'allReduce' | 'reduceScatter',
    send: Floats,
    receive: Floats,
    options: CollectiveOptions | undefined,
  ): Promise<void> {
    const from = this.#stage(send)
    const into = receive === send ? from : this.#stage(receive)
    const windows = { send: this.#thread.windowOf(from), receive: this.#thread.windowOf(into) }
    await this.#thread.call({ kind, send: from, receive: into, windows, ...options })
    this.#unstage(into, receive)
    if (into !== from) this.#unstage(from, send)
  }

  /** The array itself where both threads see it, else a copy that both do. */
  #stage<View extends Floats | Uint8Array>(array: View): View {
    if (array.buffer instanceof SharedArrayBuffer) return array
    const View = array.constructor as new (buffer: ArrayBufferLike, byteOffset: number, length: number) => View
    const copy = new View(this.#staging.take(array.byteLength), 0, array.length)
    copy.set(array)
    return copy
  }

  #unstage<View extends Floats | Uint8Array>(staged: View, array: View): void {
    if (staged === array) return
    array.set(staged)
    this.#staging.give(staged.buffer as SharedArrayBuffer)
  }
}

/** The bytes as posting them copies them: a view would take its whole buffer along. */
function owned(block: Uint8Array): Uint8Array {
  if (block.buffer instanceof SharedArrayBuffer || block.byteLength === block.buffer.byteLength) return block
  return block.slice()
}
