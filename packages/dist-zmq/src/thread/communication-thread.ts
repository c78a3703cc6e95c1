import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { Lifeline } from '@lockstep/collectives'
import { LockstepError } from '@lockstep/core/errors'
import { fromReason, type Reason } from '../reason.ts'
import {
  type Allocation,
  type Answer,
  board,
  bytesSentAt,
  type Call,
  type Command,
  type GroupInfo,
  sharing,
  type ThreadData,
} from './protocol.ts'
import type { GroupSettings } from './settings.ts'
import { threads } from './threads.ts'

// From the sources (in a test) the thread runs what was built: threads run JavaScript.
const fromSource: boolean = import.meta.url.endsWith('.ts')
const program: URL = new URL(fromSource ? '../../dist/worker/main.js' : '../worker/main.js', import.meta.url)

/** The thread rests for milliseconds at most; one that takes longer has ended. */
const allocationMs = 2000

type Value = Uint8Array | readonly Uint8Array[] | undefined

/** The thread in which all communication of a rank happens, as the main thread holds it. It keeps the process alive only while a call is pending. */
export class CommunicationThread {
  readonly #worker: Worker
  readonly #shared: SharedArrayBuffer = new SharedArrayBuffer(board.bytes)
  readonly #life: Lifeline = new Lifeline()
  readonly #calls = new Map<number, { resolve: (value: Value) => void; reject: (error: Error) => void }>()
  readonly #ended: Promise<void>
  readonly #allocations: MessagePort
  readonly #windows = new Map<ArrayBufferLike, number>()
  readonly #log: (line: string) => void
  #formed: ((group: GroupInfo) => void) | undefined
  #next = 0
  #allocated = 0
  #holds = 0

  constructor(settings: GroupSettings, log: (line: string) => void) {
    this.#log = log
    const { port1, port2 } = new MessageChannel()
    this.#allocations = port1
    port1.unref()
    const worker = new Worker(program, {
      workerData: { settings, shared: this.#shared, allocations: port2 } satisfies ThreadData,
      transferList: [port2],
      ...(fromSource ? { execArgv: [] } : {}),
    })
    this.#worker = worker
    worker.on('message', (answer: Answer) => this.#handle(answer))
    worker.on('error', (error) => this.#end(crashed(error)))
    this.#ended = new Promise((resolve) => {
      worker.once('exit', () => {
        threads.delete(this)
        this.#end(crashed(new Error('it ended')))
        resolve()
      })
    })
    threads.add(this)
    worker.unref()
  }

  get bytesSent(): number {
    return new Float64Array(this.#shared)[bytesSentAt] ?? 0
  }

  /** Resolves with the reason for which no more calls are possible. */
  get closed(): Promise<Error> {
    return this.#life.ended
  }

  /** Resolves when the group has formed. */
  formed(): Promise<GroupInfo> {
    return this.#held(
      this.#life.promise((resolve) => {
        this.#formed = resolve
      }),
    )
  }

  call(call: Call): Promise<Value> {
    const id = this.#next++
    return this.#held(
      this.#life.promise((resolve, reject) => {
        this.#calls.set(id, { resolve, reject })
        this.#post({ kind: 'call', id, call })
      }),
    )
  }

  /** Memory that the lane reads without a copy; undefined when the thread does not answer in time. */
  allocate(length: number): Float32Array | undefined {
    const state = new Int32Array(this.#shared)
    const window = this.#allocated++
    Atomics.store(state, board.allocated, 0)
    this.#post({ kind: 'allocate', window, length })
    Atomics.wait(state, board.allocated, 0, allocationMs)
    for (;;) {
      const received: { message: Allocation } | undefined = receiveMessageOnPort(this.#allocations)
      if (received === undefined) return undefined
      // What came too late for an earlier call is of no use.
      if (received.message.window !== window) continue
      const { array } = received.message
      if (array) this.#windows.set(array.buffer, window)
      return array
    }
  }

  /** Makes memory of a WebAssembly instance such as `allocate` gives, where the lane can; not when the thread does not answer in time. */
  share(array: Float32Array): void {
    const state = new Int32Array(this.#shared)
    Atomics.store(state, board.sharing, sharing.asked)
    this.#post({ kind: 'share', array })
    Atomics.wait(state, board.sharing, sharing.asked, allocationMs)
    if (Atomics.compareExchange(state, board.sharing, sharing.asked, sharing.givenUp) === sharing.asked) return
    while (Atomics.load(state, board.sharing) === sharing.begun) Atomics.wait(state, board.sharing, sharing.begun)
  }

  /** Number of the allocated memory that an array lies in, where there is one. */
  windowOf(array: ArrayBufferView): number | undefined {
    return this.#windows.get(array.buffer)
  }

  abort(reason: Reason): void {
    this.#post({ kind: 'abort', reason })
    this.#end(fromReason(reason))
  }

  /** Leaves the group; settles when the thread has ended. */
  async leave(): Promise<void> {
    this.#post({ kind: 'leave' })
    this.#end(new LockstepError('disposed', { object: 'communicator' }, 'the communicator was disposed; connect again'))
    await this.#held(this.#ended)
  }

  /** What can be done in the very last moment of the process, which waits here: the thread closes its sockets, or the process would crash. */
  leaveNow(exitCode: number, patienceMs: number): void {
    if (exitCode !== 0) {
      const message = `its process ends with exit code ${exitCode}`
      this.#post({ kind: 'abort', reason: { code: 'aborted', details: { rank: 0 }, message } })
    }
    this.#post({ kind: 'leave' })
    Atomics.wait(new Int32Array(this.#shared), board.closed, 0, patienceMs)
  }

  #handle(answer: Answer): void {
    if (answer.kind === 'formed') this.#formed?.(answer.group)
    else if (answer.kind === 'log') this.#log(answer.line)
    else if (answer.kind === 'failed' || answer.kind === 'closed') this.#end(fromReason(answer.reason))
    else {
      const call = this.#calls.get(answer.id)
      this.#calls.delete(answer.id)
      if (answer.kind === 'done') call?.resolve(answer.value)
      else call?.reject(fromReason(answer.reason))
    }
  }

  #end(reason: Error): void {
    this.#life.end(reason)
    this.#calls.clear()
  }

  #post(command: Command): void {
    this.#worker.postMessage(command)
  }

  /** Keeps the process alive until the work is done. */
  async #held<T>(work: Promise<T>): Promise<T> {
    if (this.#holds++ === 0) this.#worker.ref()
    try {
      return await work
    } finally {
      if (--this.#holds === 0) this.#worker.unref()
    }
  }
}

function crashed(error: Error): Error {
  const message = `the communication thread failed: ${error.message}; this is a bug of Lockstep or of ZeroMQ, please report it`
  return new LockstepError('engine-failure', { engine: 'communication thread' }, message, { cause: error })
}
