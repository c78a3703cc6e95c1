import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { LaneOptions } from '../lane-options.ts'
import { helloBytes, readHello, welcome } from './handshake.ts'

/** A connection of a rank that has proved to know the token. */
export interface Caller {
  readonly socket: Socket
  /** What came after the hello. */
  readonly rest: Uint8Array
}

interface Expected {
  readonly promise: Promise<Caller>
  readonly resolve: (caller: Caller) => void
  met: boolean
}

/** Who does not say hello within so long is sent away. */
const helloMs = 5000

/** A listening port that lets every rank of a group in once, and nobody else. */
export class Door {
  readonly #options: LaneOptions
  readonly #token: string
  readonly #server: Server
  readonly #strangers: Set<Socket> = new Set()
  readonly #expected: readonly Expected[]

  constructor(options: LaneOptions, token: string) {
    this.#options = options
    this.#token = token
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#meet(socket))
    this.#expected = Array.from({ length: options.worldSize }, expected)
  }

  /** Listens on a free port of that interface. */
  async open(host: string): Promise<AddressInfo> {
    this.#server.listen({ host, port: 0 })
    await once(this.#server, 'listening')
    return this.#server.address() as AddressInfo
  }

  /** The connection of that rank, as soon as it is there. */
  caller(rank: number): Promise<Caller> {
    const expected = this.#expected[rank]
    if (expected === undefined) throw new RangeError(`no rank ${rank} among ${this.#options.worldSize}`)
    return expected.promise
  }

  /** Sends away who has not said hello, and lets nobody in any more. */
  async close(): Promise<void> {
    for (const stranger of this.#strangers) stranger.destroy()
    if (!this.#server.listening) return
    // Connections that were let in stay; 'close' would wait for them.
    this.#server.close()
  }

  #meet(socket: Socket): void {
    this.#strangers.add(socket)
    let bytes = Buffer.alloc(0)
    socket.setTimeout(helloMs, () => socket.destroy())
    socket.once('close', () => this.#strangers.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (more: Buffer) => {
      bytes = Buffer.concat([bytes, more])
      if (bytes.byteLength >= helloBytes) this.#judge(socket, bytes)
    })
  }

  #judge(socket: Socket, bytes: Buffer): void {
    const expected = this.#expected[readHello(bytes, this.#token, this.#options)?.from ?? -1]
    if (expected === undefined || expected.met) {
      socket.destroy()
      return
    }
    expected.met = true
    this.#strangers.delete(socket)
    socket.setTimeout(0)
    socket.removeAllListeners('data')
    // Until somebody listens again, or what comes meanwhile would be lost.
    socket.pause()
    socket.write(welcome(bytes, this.#token))
    expected.resolve({ socket, rest: bytes.subarray(helloBytes) })
  }
}

function expected(): Expected {
  let resolve: Expected['resolve'] = () => {}
  const promise = new Promise<Caller>((settle) => {
    resolve = settle
  })
  return { promise, resolve, met: false }
}
