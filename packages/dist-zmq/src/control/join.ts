import { LockstepError } from '@lockstep/core/errors'
import type { Dealer, Event } from 'zeromq'
import { fromReason } from '../reason.ts'
import { howItWent } from './blame.ts'
import { type Hello, memberOf, named } from './member.ts'
import { decode, encode, type FromHub, type ToHub } from './message.ts'
import { Outbox } from './outbox.ts'
import { ControlPlane } from './plane.ts'
import { controlLimits, type Rendezvous } from './rendezvous.ts'
import { leastSilenceMs } from './watch.ts'

/** The side of every rank but 0: connects, says who it is, and waits to be welcomed. */
export function joinGroup(own: Hello, at: Rendezvous): Promise<ControlPlane> {
  return new Guest(own, at).welcomed()
}

class Guest {
  readonly #own: Hello
  readonly #at: Rendezvous
  readonly #socket: Dealer
  readonly #outbox: Outbox
  #plane: ControlPlane | undefined
  #watch: NodeJS.Timeout | undefined
  #turnedAwaySince: number | undefined
  #settle: { resolve: (plane: ControlPlane) => void; reject: (error: Error) => void } | undefined

  constructor(own: Hello, at: Rendezvous) {
    this.#own = own
    this.#at = at
    this.#socket = at.sockets.dealer({ ...controlLimits(at.ipv6), sendTimeout: 1000 }, (event) => this.#observe(event))
    this.#outbox = new Outbox(this.#socket)
  }

  welcomed(): Promise<ControlPlane> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#notWelcomed()), this.#at.patienceMs)
      const settle = (): void => clearTimeout(timer)
      this.#settle = {
        resolve: (plane) => [settle(), resolve(plane)],
        reject: (error) => [settle(), reject(error)],
      }
      this.#socket.connect(this.#at.endpoint)
      void this.#listen()
    })
  }

  #observe(event: Event): void {
    if (event.type === 'handshake') {
      this.#turnedAwaySince = undefined
      if (!this.#plane) this.#say({ kind: 'hello', hello: this.#own })
    } else if (event.type === 'handshake:error:protocol' || event.type === 'handshake:error:auth') this.#refused()
    else if (event.type === 'disconnect') {
      if (this.#plane) setTimeout(() => this.#hubLost(), graceMs)
      else this.#turnedAway()
    }
  }

  /** Somebody in between may accept connections before the hub is there: only when it goes on is it about the key. */
  #turnedAway(): void {
    this.#turnedAwaySince ??= performance.now()
    if (performance.now() - this.#turnedAwaySince >= turnedAwayMs) this.#refused()
  }

  #refused(): void {
    if (this.#plane) return
    const mine = this.#at.sockets.encrypted ? 'its key' : 'it, which has no key'
    const message = `${named(this.#own)}: whoever listens at ${this.#at.endpoint} does not take ${mine}; start all ranks with the same key file, or all without one, and see that the port is rank 0's`
    this.#settle?.reject(
      new LockstepError('unavailable', { what: this.#at.endpoint, remedy: 'use one key file' }, message),
    )
  }

  async #listen(): Promise<void> {
    while (!this.#socket.closed) {
      try {
        const [frame] = await this.#socket.receive()
        const received = decode<FromHub>(frame)
        if (received) this.#handle(received.generation, received.message)
      } catch {
        return // The socket was closed.
      }
    }
  }

  #handle(generation: number, message: FromHub): void {
    if (message.kind === 'refused') this.#settle?.reject(fromReason(message.reason))
    else if (message.kind === 'welcome' && !this.#plane) {
      const { rank } = this.#own
      const plane = new ControlPlane(rank, message.welcome, {
        send: (outgoing) => this.#say(outgoing),
        close: () => this.#close(),
      })
      this.#plane = plane
      this.#watch = setInterval(() => this.#lookAfterHub(plane), 500)
      this.#settle?.resolve(plane)
    } else if (generation === this.#plane?.generation) this.#plane.handle(message)
  }

  #lookAfterHub(plane: ControlPlane): void {
    if (plane.silenceMs < Math.max(plane.timeoutMs, leastSilenceMs)) return
    plane.hubLost(`has said nothing for ${(plane.silenceMs / 1000).toFixed(1)} s, although its connection stands`)
  }

  #hubLost(): void {
    if (!this.#plane || this.#socket.closed) return
    this.#plane.hubLost(howItWent(memberOf(this.#plane.members, 0), this.#own, this.#at.timeoutMs))
  }

  /** What cannot be said any more needs no saying: the connection has broken, and that is found out elsewhere. */
  #say(message: ToHub): void {
    this.#outbox.post([encode(this.#plane?.generation ?? 0, message)]).catch(() => {})
  }

  async #close(): Promise<void> {
    clearInterval(this.#watch)
    await this.#outbox.empty()
  }

  #notWelcomed(): Error {
    const seconds = this.#at.patienceMs / 1000
    const message = `${named(this.#own)} has waited ${seconds} s for rank 0 at ${this.#at.endpoint}: nobody answers, or other ranks are missing; start all ${this.#own.worldSize} ranks, and see that the address is rank 0's`
    return new LockstepError('timed-out', { operation: 'rendezvous', awaited: [0] }, message)
  }
}

/** How long the door must have been shut in our face to give up. */
const turnedAwayMs = 2500
/** How long a broken connection waits for an abort or a goodbye that explains it. */
const graceMs = 15
