import type { Floats } from '@lockstep/collectives'
import type { CollectiveOptions, Communicator } from '@lockstep/core'
import { LockstepError } from '@lockstep/core/errors'
import type { Method } from './rank.fixture.ts'
import { freePort, type Info, Rank } from './ranks.fixture.ts'

/** The communicator of another process, for kits that know nothing of processes. Its arrays travel both ways. */
export class RemoteCommunicator implements Communicator {
  readonly rank: number
  readonly worldSize: number
  readonly process: Rank
  readonly #group: number
  #pending = 0
  #spoiled = false
  #released = false
  #disposal: Promise<unknown> | undefined

  constructor(process: Rank, { rank, worldSize, group }: Info) {
    this.process = process
    this.rank = rank
    this.worldSize = worldSize
    this.#group = group
  }

  /** Whether nobody needs it any more, and nothing has happened that ends a group. */
  get reusable(): boolean {
    return this.#released && !this.#spoiled && this.process.alive
  }

  /** For the next test. */
  reuse(): void {
    this.#released = false
  }

  async allReduce(send: Floats, receive?: Floats, options?: CollectiveOptions): Promise<void> {
    const [sum] = (await this.#call('allReduce', send, receive ?? null, options, 'own')) as [Floats]
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
    this.#spoiled = true
    const details = reason instanceof LockstepError ? { code: reason.code, details: reason.details } : {}
    void this.#ask('abort', { ...details, message: reason.message })
  }

  allocate(length: number): Float32Array {
    return new Float32Array(length)
  }

  /**
   * Where calls are pending, or the group is spoiled, disposes at once; else when somebody calls afterwards. A member that
   * nobody calls any more stays for the next test, since starting groups is most of what the kit would do.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#released = true
    if (this.#pending > 0 || this.#spoiled) await this.dispose()
  }

  /** Disposes, whatever comes. */
  async dispose(): Promise<void> {
    this.#spoiled = true
    this.#disposal ??= this.process.alive ? this.#ask('dispose') : Promise.resolve()
    await this.#disposal
  }

  async #call(method: Method, ...args: readonly unknown[]): Promise<unknown> {
    this.#pending++
    try {
      const disposed = this.#released ? this.dispose() : undefined
      const [answer] = await Promise.all([this.#ask(method, ...args), disposed])
      return answer
    } catch (error) {
      this.#spoiled = true
      throw error
    } finally {
      this.#pending--
    }
  }

  #ask(method: Method, ...args: readonly unknown[]): Promise<unknown> {
    return this.process.ask({ kind: 'call', group: this.#group, method, args })
  }
}

/** Processes that are ranks of one group after the other; those that were killed are replaced. */
export class Pool {
  readonly #processes: Rank[] = []
  #last: { readonly key: string; readonly members: readonly RemoteCommunicator[] } | undefined

  /** A new group, or the last one if it is of the same kind and still as good as new. */
  async group(worldSize: number, options: object): Promise<readonly RemoteCommunicator[]> {
    const key = JSON.stringify([worldSize, options])
    if (this.#last?.key === key && this.#last.members.every((member) => member.reusable)) {
      for (const member of this.#last.members) member.reuse()
      return this.#last.members
    }
    await Promise.all(this.#last?.members.map((member) => member.dispose()) ?? [])
    const members = await this.#connect(worldSize, options)
    this.#last = { key, members }
    return members
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((process) => process[Symbol.asyncDispose]()))
  }

  async #connect(worldSize: number, options: object): Promise<RemoteCommunicator[]> {
    const rendezvous = `127.0.0.1:${await freePort()}`
    const processes = Array.from({ length: worldSize }, (_, index) => this.#process(index))
    const connect = (process: Rank, rank: number): Promise<Info> =>
      process.connect({ rank, worldSize, rendezvous, ...options })
    const infos = await Promise.all(processes.map(connect))
    return processes.map((process, rank) => new RemoteCommunicator(process, infos[rank] as Info))
  }

  #process(index: number): Rank {
    const existing = this.#processes[index]
    if (existing?.alive) return existing
    const process = new Rank()
    this.#processes[index] = process
    return process
  }
}
