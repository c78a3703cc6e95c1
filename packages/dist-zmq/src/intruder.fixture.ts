import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** The ports that a process of this machine listens at on loopback or any address. */
export function listeningPorts(pid: number): number[] {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => inodeOf(`/proc/${pid}/fd/${fd}`)))
  const rows = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n').slice(1)
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/)
    return state === '0A' && inodes.has(inode) ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : []
  })
}

function inodeOf(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1]
  } catch {
    return undefined // Closed meanwhile.
  }
}

/** A connection of somebody who writes what he likes. */
export class Intruder {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes])
    })
    // Being thrown out is what he has to expect.
    socket.on('error', () => {})
  }

  static async connect(port: number): Promise<Intruder> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Intruder(socket)
  }

  /** What came back so far. */
  get received(): Buffer {
    return this.#received
  }

  get thrownOut(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  /**
   * Says all that ZMTP 3.0 (RFC 23) wants of a dealer without a key. Settles when the other side is ready, too, before
   * which ZeroMQ takes every message for an error of protocol, or has thrown us out.
   */
  async greet(identity = ''): Promise<void> {
    const greeting = Buffer.alloc(64)
    greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0])
    greeting.write('NULL', 12)
    const properties = Buffer.concat([property('Socket-Type', 'DEALER'), property('Identity', identity)])
    const ready = Buffer.concat([Buffer.from([5]), Buffer.from('READY'), properties])
    this.write(Buffer.concat([greeting, Buffer.from([4, ready.length]), ready]))
    while (!this.#received.includes('READY') && !this.thrownOut) await sleep(2)
  }

  /** A message of several frames. */
  send(...frames: readonly (Uint8Array | string)[]): void {
    frames.forEach((frame, index) => {
      const bytes = Buffer.from(frame as Uint8Array)
      const head = Buffer.alloc(9)
      head[0] = 2 | (index < frames.length - 1 ? 1 : 0)
      head.writeBigUInt64BE(BigInt(bytes.length), 1)
      this.write(Buffer.concat([head, bytes]))
    })
  }

  /** Announces a frame of that many bytes and does not send it. */
  announce(byteLength: number): void {
    const head = Buffer.alloc(9)
    head[0] = 2
    head.writeBigUInt64BE(BigInt(byteLength), 1)
    this.write(head)
  }

  close(): void {
    this.#socket.destroy()
  }
}

function property(name: string, value: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(value.length)
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), length, Buffer.from(value)])
}

/** Stands between two ends of a connection and writes down what both say. */
export class Eavesdropper {
  readonly #server: Server
  readonly #heard: Buffer[] = []

  private constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on('data', (bytes) => this.#heard.push(bytes))
        from.on('error', () => to.destroy())
        from.pipe(to)
      }
    })
  }

  /** Listens at a port of its own and passes on to `target`. */
  static async listen(target: number): Promise<Eavesdropper> {
    const eavesdropper = new Eavesdropper(target)
    eavesdropper.#server.listen(0, '127.0.0.1')
    await once(eavesdropper.#server, 'listening')
    return eavesdropper
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get heard(): Buffer {
    return Buffer.concat(this.#heard)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
  }
}
