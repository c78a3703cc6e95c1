import { randomBytes } from 'node:crypto'
import { LockstepError } from '@lockstep/core/errors'
import type { Router } from 'zeromq'
import { fromReason, type Reason, toReason } from '../reason.ts'
import { Admission, isHello } from './admission.ts'
import { howItWent } from './blame.ts'
import { Hub } from './hub.ts'
import type { Hello } from './member.ts'
import { decode, encode, type FromHub, type ToHub, type Welcome } from './message.ts'
import { Outbox } from './outbox.ts'
import { ControlPlane } from './plane.ts'
import { controlLimits, type Rendezvous } from './rendezvous.ts'

/** Rank 0's side of the rendezvous: binds, waits for everybody, and is the hub of the group from then on. */
export async function hostGroup(own: Hello, at: Rendezvous): Promise<ControlPlane> {
  const host = new Host(own, at)
  await host.bind()
  return host.formed()
}

class Host {
  readonly #own: Hello
  readonly #at: Rendezvous
  readonly #socket: Router
  readonly #outbox: Outbox
  readonly #admission: Admission
  /** Which rank a connection is; ZeroMQ gives every one an identity that cannot be forged. */
  readonly #ranks = new Map<string, number>()
  readonly #identities = new Map<number, Buffer>()
  #hub: Hub | undefined
  #plane: ControlPlane | undefined
  #generation = 0
  #turnedSomebodyAway = false
  #refusal = ''
  #settle: { resolve: (plane: ControlPlane) => void; reject: (error: Error) => void } | undefined

  constructor(own: Hello, at: Rendezvous) {
    this.#own = own
    this.#at = at
    this.#admission = new Admission(own)
    this.#socket = at.sockets.router(controlLimits(at.ipv6), (event) => {
      if (event.type === 'disconnect') setTimeout(() => void this.#probe(), graceMs)
      else if (event.type.startsWith('handshake:error')) this.#turnedAway(event.type)
    })
    this.#outbox = new Outbox(this.#socket)
  }

  async bind(): Promise<void> {
    try {
      await this.#socket.bind(this.#at.endpoint)
    } catch (cause) {
      const message = `rank 0 cannot bind ${this.#at.endpoint}: ${(cause as Error).message}; end what uses that port, or choose another one (LOCKSTEP_RENDEZVOUS)`
      throw new LockstepError('unavailable', { what: this.#at.endpoint, remedy: 'choose another port' }, message, {
        cause,
      })
    }
  }

  /** Lets the others in. They may be at the door already: so who waits for the group is known before the first is heard. */
  formed(): Promise<ControlPlane> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#nobodyCame()), this.#at.patienceMs)
      const settle = (): void => clearTimeout(timer)
      this.#settle = {
        resolve: (plane) => [settle(), resolve(plane)],
        reject: (error) => [settle(), reject(error)],
      }
      void this.#listen()
    })
  }

  /** Said once: who has no key tries again and again. */
  #turnedAway(how: string): void {
    if (this.#turnedSomebodyAway) return
    this.#turnedSomebodyAway = true
    this.#at.log(`somebody who does not have our key, or no ZeroMQ, was turned away (${how})`)
  }

  async #listen(): Promise<void> {
    while (!this.#socket.closed) {
      try {
        const [identity, frame] = await this.#socket.receive()
        if (identity) this.#handle(identity, frame)
      } catch {
        return // The socket was closed.
      }
    }
  }

  #handle(identity: Buffer, frame: Buffer | undefined): void {
    const received = decode<ToHub>(frame)
    if (!received) return
    const { generation, message } = received
    const rank = this.#ranks.get(identity.toString('hex'))
    if (message.kind === 'hello') {
      if (!this.#hub && isHello(message.hello)) this.#consider(identity, message.hello)
    } else if (rank !== undefined && generation === this.#generation) this.#hub?.handle(rank, message)
  }

  #consider(identity: Buffer, hello: Hello): void {
    const verdict = this.#admission.consider(hello)
    if (verdict.kind === 'admitted') {
      this.#ranks.set(identity.toString('hex'), hello.rank)
      this.#identities.set(hello.rank, identity)
      if (this.#admission.complete) this.#form()
      return
    }
    const reason = toReason(verdict.error, 0)
    this.#refusal = `; last refused: ${reason.message}`
    this.#at.log(`refused: ${reason.message}`)
    this.#post(identity, { kind: 'refused', reason })
    if (verdict.kind === 'hopeless') this.#giveUp(reason)
  }

  #giveUp(reason: Reason): void {
    for (const identity of this.#identities.values()) this.#post(identity, { kind: 'refused', reason })
    this.#settle?.reject(fromReason(reason))
  }

  #form(): void {
    const members = this.#admission.present
    this.#generation = this.#at.generation
    const token = randomBytes(16).toString('hex')
    const welcome: Welcome = { generation: this.#generation, token, members, timeoutMs: this.#at.timeoutMs }
    const hub = new Hub(members, this.#at.timeoutMs, (rank, message) => this.#send(rank, message))
    this.#hub = hub
    const beats = setInterval(() => hub.tick(), beatMs)
    this.#plane = new ControlPlane(0, welcome, {
      send: (message) => hub.handle(0, message),
      close: async () => {
        clearInterval(beats)
        await this.#outbox.empty()
      },
    })
    for (const { rank } of members) this.#send(rank, { kind: 'welcome', welcome })
    this.#settle?.resolve(this.#plane)
  }

  #send(rank: number, message: FromHub): void {
    const identity = this.#identities.get(rank)
    if (identity) this.#post(identity, message)
    // Rank 0 hears itself in a later turn, as the others do.
    else queueMicrotask(() => this.#plane?.handle(message))
  }

  #post(identity: Buffer, message: FromHub): void {
    this.#outbox.post([identity, encode(this.#generation, message)]).catch(() => this.#suspect(identity))
  }

  /** A connection has broken, but ZeroMQ does not say whose: so everybody is written to, and some cannot be reached. */
  async #probe(): Promise<void> {
    for (const rank of this.#hub?.present ?? []) this.#send(rank, { kind: 'beat' })
  }

  #suspect(identity: Buffer): void {
    const rank = this.#ranks.get(identity.toString('hex'))
    const member = this.#plane?.members[rank ?? 0]
    if (rank === undefined || !member || this.#socket.closed) return
    this.#hub?.lost(rank, howItWent(member, this.#own, this.#at.timeoutMs))
  }

  #nobodyCame(): Error {
    const { missing } = this.#admission
    const seconds = this.#at.patienceMs / 1000
    const message = `rank 0 has waited ${seconds} s at ${this.#at.endpoint} for ${missing.length} of ${this.#own.worldSize} ranks: ${missing.join(', ')} did not come${this.#refusal}; start them, or raise rendezvousTimeoutMs`
    return new LockstepError('timed-out', { operation: 'rendezvous', awaited: missing }, message)
  }
}

/** How often the hub says that it lives. */
const beatMs = 500
/** How long a broken connection waits for an abort or a goodbye that explains it. */
const graceMs = 15
