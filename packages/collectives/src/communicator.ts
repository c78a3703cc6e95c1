import type { CollectiveOptions, Communicator } from '@lockstep/core'
import { allGatherBlocks, receiveSized, sendSized } from './algorithms/all-gather.ts'
import { dissemination } from './algorithms/barrier.ts'
import { type Block, blocksOf, type Floats } from './algorithms/blocks.ts'
import { broadcastBytes } from './algorithms/broadcast.ts'
import type { CallWords, Channel } from './algorithms/channel.ts'
import { type AlgorithmName, allReduceAlgorithms, chooseAlgorithm } from './algorithms/choose.ts'
import { directReduceScatter } from './algorithms/direct.ts'
import type { Reduction } from './algorithms/reduction.ts'
import { Calls } from './calls.ts'
import { checkBuffers, checkPeer, checkRank } from './check-arguments.ts'
import { type Clock, wallClock } from './clock.ts'
import { Workspace } from './kernels/workspace.ts'
import type { Operation, Transport } from './transport.ts'

/** Settings of a communicator; all ranks of a group must have the same ones. */
export interface CommunicatorOptions {
  /** Milliseconds that a call may take from its turn on; default 10 000. A call's own `timeoutMs` wins. */
  readonly timeoutMs?: number
  /** Overrides the choice of how to sum, the transport's own way included. */
  readonly algorithm?: AlgorithmName | ((byteLength: number, worldSize: number) => AlgorithmName)
  /** Bytes per message of long arrays; default 512 KiB. */
  readonly segmentBytes?: number
  /** Whether other threads can be given what `allocate` returns; default no. */
  readonly sharedMemory?: boolean
  /** Default: the time of the machine. */
  readonly clock?: Clock
}

/** A communicator with what the lanes below can tell. */
export interface GroupCommunicator extends Communicator {
  /** Sums over the ranks as `allReduce` does; `receive` becomes this rank's block of {@link blocksOf} of the sums. */
  reduceScatter(send: Floats, receive: Floats, options?: CollectiveOptions): Promise<void>
  /** Resolves when every rank has called it. */
  barrier(options?: CollectiveOptions): Promise<void>
  /** What carries messages to that rank: `memory`, `shm`, `tcp` … */
  lane(peer: number): string
  /** Payload bytes sent to other ranks so far. */
  readonly bytesSent: number
  /** Resolves, never rejects, with the reason for which the communicator was closed. */
  readonly closed: Promise<Error>
}

/**
 * Makes the collectives out of a transport, which from now on belongs to it and is disposed of with it. Calls run one
 * after the other, in order. Sums are added in rank order, so they do not depend on the transport, up to 16 ranks;
 * beyond that the order is still fixed (`docs/decisions`).
 *
 * When a peer is lost, ranks disagree or a call takes too long, the whole group is ended: that call and all later ones
 * reject on every rank.
 */
export function communicator(transport: Transport, options: CommunicatorOptions = {}): GroupCommunicator {
  return new TransportCommunicator(transport, options)
}

class TransportCommunicator implements GroupCommunicator {
  readonly rank: number
  readonly worldSize: number
  readonly #transport: Transport
  readonly #options: CommunicatorOptions
  readonly #segmentBytes: number
  readonly #calls: Calls
  readonly #workspace: Workspace
  #sequence = 0

  constructor(transport: Transport, options: CommunicatorOptions) {
    const { clock = wallClock, timeoutMs = 10_000, segmentBytes = 512 * 1024, sharedMemory = false } = options
    this.rank = transport.rank
    this.worldSize = transport.worldSize
    this.#transport = transport
    this.#options = options
    this.#segmentBytes = segmentBytes
    this.#workspace = new Workspace({ shared: sharedMemory })
    this.#calls = new Calls(transport, { clock, timeoutMs })
  }

  get bytesSent(): number {
    return this.#transport.bytesSent
  }

  get closed(): Promise<Error> {
    return this.#calls.closed
  }

  lane(peer: number): string {
    return this.#transport.lane(peer)
  }

  async allReduce(send: Floats, receive: Floats = send, options?: CollectiveOptions): Promise<void> {
    checkBuffers(send, receive, send.length)
    const words = this.#next('allReduce', send)
    await this.#calls.collective(words, options, (channel) => this.#sum(channel, words, send, receive))
  }

  async reduceScatter(send: Floats, receive: Floats, options?: CollectiveOptions): Promise<void> {
    const { start, end } = blocksOf(send.length, this.worldSize)[this.rank] as Block
    checkBuffers(send, receive, end - start)
    await this.#calls.collective(this.#next('reduceScatter', send), options, (channel) =>
      directReduceScatter(channel, this.#reduction(send, receive)),
    )
  }

  allGather(block: Uint8Array, options?: CollectiveOptions): Promise<readonly Uint8Array[]> {
    return this.#calls.collective(this.#next('allGather'), options, (channel) => allGatherBlocks(channel, block))
  }

  async broadcast(buffer: Uint8Array, root: number, options?: CollectiveOptions): Promise<void> {
    checkRank('root', root, this)
    const words = { ...this.#next('broadcast'), count: buffer.byteLength, root }
    await this.#calls.collective(words, options, (channel) => broadcastBytes(channel, buffer, root, this.#segmentBytes))
  }

  barrier(options?: CollectiveOptions): Promise<void> {
    return this.#calls.collective(this.#next('barrier'), options, dissemination)
  }

  async send(to: number, tag: number, block: Uint8Array): Promise<void> {
    checkPeer(to, tag, this)
    await this.#calls.exchange(exchangeWords(tag), `to ${to}`, (channel, asked) => {
      const sent = sendSized(channel, to, block)
      asked()
      return sent
    })
  }

  async receive(from: number, tag: number): Promise<Uint8Array> {
    checkPeer(from, tag, this)
    return this.#calls.exchange(exchangeWords(tag), `from ${from}`, (channel, asked) =>
      receiveSized(channel, from, asked),
    )
  }

  abort(reason: Error): void {
    this.#calls.end(reason)
  }

  allocate(length: number): Float32Array {
    const byteLength = length * Float32Array.BYTES_PER_ELEMENT
    const bytes = this.#transport.allocate?.(byteLength) ?? this.#workspace.allocate(byteLength)
    return new Float32Array(bytes.buffer, bytes.byteOffset, length)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#calls.dispose()
  }

  async #sum(channel: Channel, words: CallWords, send: Floats, receive: Floats): Promise<void> {
    const { algorithm } = this.#options
    if (this.worldSize === 1) {
      if (receive !== send) receive.set(send)
    } else if (this.#transport.allReduce && algorithm === undefined) {
      await this.#transport.allReduce(send, receive, { ...words, part: 0 })
    } else {
      const choose = typeof algorithm === 'string' ? () => algorithm : (algorithm ?? chooseAlgorithm)
      // Of an empty array only this algorithm sends messages, without which the ranks would not meet.
      const name = send.length === 0 ? 'everyone' : choose(send.byteLength, this.worldSize)
      await allReduceAlgorithms[name](channel, this.#reduction(send, receive))
    }
  }

  #reduction(send: Floats, receive: Floats): Reduction {
    const segment = Math.ceil(this.#segmentBytes / send.BYTES_PER_ELEMENT)
    return { send, receive, workspace: this.#workspace, segment }
  }

  #next(operation: Operation, floats?: Floats): CallWords {
    const dtype = floats === undefined ? 'bytes' : floats instanceof Float64Array ? 'float64' : 'float32'
    return { operation, sequence: this.#sequence++, dtype, count: floats?.length ?? 0, root: 0 }
  }
}

function exchangeWords(tag: number): CallWords {
  return { operation: 'pointToPoint', sequence: tag, dtype: 'bytes', count: 0, root: 0 }
}
