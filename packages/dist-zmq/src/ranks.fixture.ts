import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { Floats } from '@lockstep/collectives'
import type { CollectiveOptions } from '@lockstep/core'
import { LockstepError } from '@lockstep/core/errors'
import type { ConnectOptions } from './options.ts'
import type { Failure, Method, Request, Response } from './rank.fixture.ts'

/** As built: processes run JavaScript. */
const program: URL = new URL('../dist/rank.fixture.js', import.meta.url)

/** What can be asked for. */
export type Unnumbered<R> = R extends Request ? Omit<R, 'id'> : never

export type Wish = Unnumbered<Request>

/** What a rank tells of itself when it has connected. */
export interface Info {
  /** Number of the group among those that this process has been in. */
  readonly group: number
  readonly rank: number
  readonly worldSize: number
  readonly members: readonly { readonly rank: number; readonly host: string; readonly pid: number }[]
  readonly generation: number
  readonly laneNames: string
  readonly log: readonly string[]
}

/** A process that is a rank, from outside. */
export class Rank {
  readonly process: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #next = 0
  #group = 0

  /** `within`: a command line that runs Node, e.g. in a namespace of its own. */
  constructor(environment: Readonly<Record<string, string>> = {}, within: readonly string[] = []) {
    const [execPath = process.execPath, ...execArgv] = within.length > 0 ? [...within, process.execPath] : []
    this.process = fork(program, [], {
      execPath,
      execArgv,
      serialization: 'advanced',
      env: { ...process.env, ...environment },
    })
    this.process.on('message', (response: Response) => {
      const waiting = this.#waiting.get(response.id)
      this.#waiting.delete(response.id)
      if ('error' in response) waiting?.reject(asError(response.error))
      else waiting?.resolve(response.value)
    })
    this.process.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the process has ended'))
      this.#waiting.clear()
    })
  }

  async connect(options: ConnectOptions = {}): Promise<Info> {
    const info = (await this.ask({ kind: 'connect', options })) as Info
    this.#group = info.group
    return info
  }

  ask(request: Wish): Promise<unknown> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.process.send({ ...request, id } as Request, (error) => error && reject(error))
    })
  }

  /** A call on the group that was connected last. */
  call(method: Method, ...args: readonly unknown[]): Promise<unknown> {
    return this.ask({ kind: 'call', group: this.#group, method, args })
  }

  /** The sum of the ranks' arrays. */
  async allReduce(send: Floats, options?: CollectiveOptions): Promise<Floats> {
    const [sum] = (await this.call('allReduce', send, null, options, 'own')) as [Floats]
    return sum
  }

  get alive(): boolean {
    return this.process.connected && this.process.exitCode === null && this.process.signalCode === null
  }

  /** Exit code or signal. */
  async ended(): Promise<number | string | null> {
    const { exitCode, signalCode } = this.process
    if (exitCode !== null || signalCode !== null) return exitCode ?? signalCode
    const [code, signal] = await once(this.process, 'exit')
    return code ?? signal
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL')
    await this.ended()
  }
}

/** Processes that have formed a group; disposing of it kills them. */
export class Ranks {
  readonly all: readonly Rank[]
  readonly infos: readonly Info[]

  constructor(all: readonly Rank[], infos: readonly Info[]) {
    this.all = all
    this.infos = infos
  }

  /** Does the same on every rank, or on those named. */
  each<T>(action: (rank: Rank, number: number) => Promise<T>, except: readonly number[] = []): Promise<T[]> {
    return Promise.all(this.all.flatMap((rank, number) => (except.includes(number) ? [] : [action(rank, number)])))
  }

  rank(number: number): Rank {
    return this.all[number] as Rank
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((rank) => rank[Symbol.asyncDispose]()))
  }
}

/** Starts processes and connects them. */
export async function startRanks(worldSize: number, options: ConnectOptions = {}): Promise<Ranks> {
  const rendezvous = `127.0.0.1:${await freePort()}`
  const all = Array.from({ length: worldSize }, () => new Rank())
  try {
    const infos = await Promise.all(
      all.map((rank, number) => rank.connect({ rank: number, worldSize, rendezvous, ...options })),
    )
    return new Ranks(all, infos)
  } catch (error) {
    await Promise.all(all.map((rank) => rank[Symbol.asyncDispose]()))
    throw error
  }
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The error that a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<LockstepError> {
  try {
    await promise
  } catch (error) {
    return error as LockstepError
  }
  throw new Error('expected a rejection')
}

function asError({ code, details, message }: Failure): Error {
  return code && details ? new LockstepError(code, details, message) : new Error(message)
}
