/** The program of a rank in tests: connects and makes the calls that its parent asks for. */
import { type ErrorCode, type ErrorDetails, isLockstepError, LockstepError } from '@lockstep/core/errors'
import { connect } from './connect.ts'
import type { ConnectOptions } from './options.ts'
import { toReason } from './reason.ts'
import type { ConnectedCommunicator } from './thread/thread-communicator.ts'

/** What the parent asks for, and what it gets. */
export type Request =
  | { readonly id: number; readonly kind: 'connect'; readonly options: ConnectOptions }
  /** On the group of that number, counted from 0 as they were connected. */
  | {
      readonly id: number
      readonly kind: 'call'
      readonly group: number
      readonly method: Method
      readonly args: readonly unknown[]
    }
  /** Keeps the main thread busy, as an engine would. */
  | { readonly id: number; readonly kind: 'block'; readonly milliseconds: number }
  | { readonly id: number; readonly kind: 'exit'; readonly code: number }
  | { readonly id: number; readonly kind: 'throw'; readonly message: string }
  | { readonly id: number; readonly kind: 'end' }
export type Response =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: Failure }
/** An error as data. */
export interface Failure {
  readonly code?: ErrorCode
  readonly details?: ErrorDetails[ErrorCode]
  readonly message: string
}
export type Method =
  | 'allReduce'
  | 'reduceScatter'
  | 'allGather'
  | 'broadcast'
  | 'barrier'
  | 'send'
  | 'receive'
  | 'abort'
  | 'dispose'

const communicators: ConnectedCommunicator[] = []
const log: string[] = []

async function handle(request: Request): Promise<unknown> {
  if (request.kind === 'connect') {
    const communicator = await connect({ ...request.options, log: (line) => log.push(line) })
    const group = communicators.push(communicator) - 1
    const { rank, worldSize, members, generation, laneNames } = communicator
    return { group, rank, worldSize, members, generation, laneNames, log }
  }
  if (request.kind === 'block') return block(request.milliseconds)
  if (request.kind === 'exit') process.exit(request.code)
  if (request.kind === 'end') return process.disconnect()
  if (request.kind === 'throw') {
    setImmediate(() => {
      throw new Error(request.message)
    })
    return undefined
  }
  const communicator = communicators[request.group]
  if (!communicator) throw new Error('not connected')
  return call(communicator, request.method, request.args)
}

function block(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}

async function call(communicator: ConnectedCommunicator, method: Method, args: readonly unknown[]): Promise<unknown> {
  if (method === 'dispose') return await communicator[Symbol.asyncDispose]()
  if (method === 'abort') return communicator.abort(asError(args[0] as Failure))
  if (method === 'allReduce' || method === 'reduceScatter') {
    const [send, receive, options, memory] = args as [Float32Array, Float32Array | null, object | undefined, Memory]
    const from = memory === 'own' ? send : await placed(communicator, memory, send)
    await communicator[method](from, receive ?? from, options)
    return [receive ?? from, from]
  }
  const plain = communicator[method] as (...values: readonly unknown[]) => Promise<unknown>
  const value = await plain.call(communicator, ...args)
  return method === 'broadcast' ? args[0] : value
}

/** Where a rank's array lies: where it came, in memory of the communicator, or in an arena that is shared with it. */
export type Memory = 'own' | 'window' | 'arena'

/** A copy of the array there. */
async function placed(communicator: ConnectedCommunicator, memory: Memory, array: Float32Array): Promise<Float32Array> {
  const copy = memory === 'arena' ? await inArena(array.length) : communicator.allocate(array.length)
  copy.set(array)
  if (memory === 'arena') communicator.share?.(copy)
  return copy
}

/** Core is loaded by those that need it: most ranks are there in half the time without. */
async function inArena(length: number): Promise<Float32Array> {
  const { allocateArena } = await import('@lockstep/core')
  return allocateArena(length + 5, { shared: true }).floats.subarray(5, 5 + length)
}

process.on('message', (request: Request) => {
  handle(request).then(
    (value) => reply({ id: request.id, value }),
    (error: Error) => {
      const { message } = error
      reply({ id: request.id, error: isLockstepError(error) ? { ...toReason(error, 0) } : { message } })
    },
  )
})

function reply(response: Response): void {
  if (process.connected) process.send?.(response)
}

/** The error that was data. */
export function asError({ code, details, message }: Failure): Error {
  return code && details ? new LockstepError(code, details, message) : new Error(message)
}
