import type { Floats } from '@lockstep/collectives'
import { type CollectiveOptions, type Communicator, LockstepError } from '@lockstep/core'
import type { Method } from './rank.fixture.ts'
import { freePort, type Info, Rank } from './ranks.fixture.ts'

/** The communicator of another process, for kits that know nothing of processes. Its arrays travel both ways. */
export class RemoteCommunicator implements Communicator {
  readonly rank: number
  readonly worldSize: number
  readonly process: Rank
  readonly #group: number

  constructor(process: Rank, { rank, worldSize, group }: Info) {
    this.process = process
    this.rank = rank
    this.worldSize = worldSize
    this.#group = group
  }

  async allReduce(send: Floats, receive?: Floats, options?: CollectiveOptions): Promise<void> {
    const [sum] = (await this.#call('allReduce', send, receive ?? null, options, false)) as [Floats]
    ;(receive ?? send).set(sum)
  }

  async allGather(block: Uint8Array, options?: CollectiveOptions): Promise<readonly Uint8Array[]> {
    return (await this.#call('allGather', block, options)) as readonly Uint8Array[]
  }

  async broadcast(buffer: Uint8Array, root: number, options?: CollectiveOptions): Promise<void> {
    buffer.set((await this.#call('broadcast', buffer, root, options)) as Uint8Array)
  }

  async send(to: number, tag: number, block: Uint8Array): Promise<void> {
    await this.#call('send', to, tag, block)
  }

  async receive(from: number, tag: number): Promise<Uint8Array> {
    return (await this.#call('receive', from, tag)) as Uint8Array
  }

  abort(reason: Error): void {
    const details = reason instanceof LockstepError ? { code: reason.code, details: reason.details } : {}
    void this.#call('abort', { ...details, message: reason.message })
  }

  allocate(length: number): Float32Array {
    return new Float32Array(length)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.alive) await this.#call('dispose')
  }

  #call(method: Method, ...args: readonly unknown[]): Promise<unknown> {
    return this.process.ask({ kind: 'call', group: this.#group, method, args })
  }
}

/** Processes that are ranks of one group after the other; those that were killed are replaced. */
export class Pool {
  readonly #processes: Rank[] = []

  async group(worldSize: number, options: object): Promise<RemoteCommunicator[]> {
    const rendezvous = `127.0.0.1:${await freePort()}`
    const processes = Array.from({ length: worldSize }, (_, index) => this.#process(index))
    const connect = (process: Rank, rank: number): Promise<Info> =>
      process.connect({ rank, worldSize, rendezvous, ...options })
    const infos = await Promise.all(processes.map(connect))
    return processes.map((process, rank) => new RemoteCommunicator(process, infos[rank] as Info))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((process) => process[Symbol.asyncDispose]()))
  }

  #process(index: number): Rank {
    const existing = this.#processes[index]
    if (existing?.alive) return existing
    const process = new Rank()
    this.#processes[index] = process
    return process
  }
}
