/** The program of a rank in tests: connects and makes the calls that its parent asks for. */
import { isLockstepError } from '@lockstep/core'
import { connect } from './connect.ts'
import type { ConnectOptions } from './options.ts'
import type { ConnectedCommunicator } from './thread/thread-communicator.ts'

/** What the parent asks for, and what it gets. */
export type Request =
  | { readonly id: number; readonly kind: 'connect'; readonly options: ConnectOptions }
  | { readonly id: number; readonly kind: 'call'; readonly method: Method; readonly args: readonly unknown[] }
  /** Keeps the main thread busy, as an engine would. */
  | { readonly id: number; readonly kind: 'block'; readonly milliseconds: number }
  | { readonly id: number; readonly kind: 'exit'; readonly code: number }
  | { readonly id: number; readonly kind: 'throw'; readonly message: string }
  | { readonly id: number; readonly kind: 'end' }
export type Response =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { code?: string; details?: unknown; message: string } }
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

let communicator: ConnectedCommunicator | undefined
const log: string[] = []

async function handle(request: Request): Promise<unknown> {
  if (request.kind === 'connect') {
    communicator = await connect({ ...request.options, log: (line) => log.push(line) })
    const { rank, worldSize, members, generation, laneNames } = communicator
    return { rank, worldSize, members, generation, laneNames, log }
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
  return call(request.method, request.args)
}

function block(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}

async function call(method: Method, args: readonly unknown[]): Promise<unknown> {
  if (!communicator) throw new Error('not connected')
  if (method === 'dispose') return await communicator[Symbol.asyncDispose]()
  if (method === 'abort') return communicator.abort(new Error(String(args[0])))
  if (method === 'allReduce' || method === 'reduceScatter') {
    const [send, receive, options, window] = args as [Float32Array, Float32Array | null, object | undefined, boolean]
    const from = window && send instanceof Float32Array ? communicator.allocate(send.length) : send
    from.set(send)
    await communicator[method](from, receive ?? from, options)
    return [receive ?? from, from]
  }
  const plain = communicator[method] as (...values: readonly unknown[]) => Promise<unknown>
  const value = await plain.call(communicator, ...args)
  return method === 'broadcast' ? args[0] : value
}

process.on('message', (request: Request) => {
  handle(request).then(
    (value) => reply({ id: request.id, value }),
    (error: Error) => {
      const { code, details } = isLockstepError(error) ? error : {}
      reply({ id: request.id, error: { message: error.message, ...(code ? { code, details } : {}) } })
    },
  )
})

function reply(response: Response): void {
  if (process.connected) process.send?.(response)
}
