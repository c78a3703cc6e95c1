import { LockstepError } from '@lockstep/core/errors'
import { type Hello, named, protocol } from './member.ts'

/** What is to be done about somebody who asks to be let in. */
export type Verdict =
  | { readonly kind: 'admitted' }
  /** The newcomer alone is sent away. */
  | { readonly kind: 'refused'; readonly error: LockstepError }
  /** Two ranks of this job do not fit together: no group can form. */
  | { readonly kind: 'hopeless'; readonly error: LockstepError }

/** Who has come so far, and who may: the job's ranks, each once, all with the same versions and settings as rank 0. */
export class Admission {
  readonly #own: Hello
  readonly #present = new Map<number, Hello>()

  constructor(own: Hello) {
    this.#own = own
    this.#present.set(own.rank, own)
  }

  get complete(): boolean {
    return this.#present.size === this.#own.worldSize
  }

  /** Those who have come, in rank order. */
  get present(): readonly Hello[] {
    return [...this.#present.values()].sort((a, b) => a.rank - b.rank)
  }

  get missing(): readonly number[] {
    return Array.from({ length: this.#own.worldSize }, (_, rank) => rank).filter((rank) => !this.#present.has(rank))
  }

  consider(hello: Hello): Verdict {
    if (hello.job !== this.#own.job) return { kind: 'refused', error: this.#differs(hello, 'job') }
    for (const field of agreed) {
      if (hello[field] !== this.#own[field]) return { kind: 'hopeless', error: this.#differs(hello, field) }
    }
    const problem = this.#seat(hello)
    if (problem) return { kind: 'refused', error: problem }
    this.#present.set(hello.rank, hello)
    return { kind: 'admitted' }
  }

  #differs(hello: Hello, field: keyof typeof labels): LockstepError {
    const sides = `${named(hello)} has ${labels[field]} '${hello[field]}', ${named(this.#own)} has '${this.#own[field]}'`
    const message = `${sides}; start all ranks of a job with the same ${labels[field]}`
    return new LockstepError('rank-mismatch', { ranks: [hello.rank, this.#own.rank] }, message)
  }

  #seat(hello: Hello): LockstepError | undefined {
    const { worldSize } = this.#own
    if (!Number.isInteger(hello.rank) || hello.rank < 0 || hello.rank >= worldSize) {
      const message = `${named(hello)} is none of the ranks 0 to ${worldSize - 1}; number the ranks of the job from 0`
      return new LockstepError('rank-mismatch', { ranks: [hello.rank, 0] }, message)
    }
    const there = this.#present.get(hello.rank)
    if (!there || (there.pid === hello.pid && there.host === hello.host && hello.rank !== 0)) return undefined
    const message = `${named(hello)} comes as a rank that ${named(there)} has already; give every process of the job its own rank`
    return new LockstepError('rank-mismatch', { ranks: [hello.rank, there.rank] }, message)
  }
}

const labels = {
  job: 'job',
  protocol: 'protocol',
  version: 'version of @lockstep/dist-zmq',
  worldSize: 'world size',
  lane: 'lane',
  encrypt: 'encryption',
} as const
const agreed = ['protocol', 'version', 'worldSize', 'lane', 'encrypt'] as const

/** What every protocol says, so that a mismatch can be named. */
const lasting: Partial<Record<keyof Hello, string>> = {
  protocol: 'number',
  version: 'string',
  job: 'string',
  worldSize: 'number',
  rank: 'number',
  host: 'string',
  pid: 'number',
}
const current: Partial<Record<keyof Hello, string>> = {
  hostId: 'string',
  address: 'string',
  lane: 'string',
  encrypt: 'boolean',
  maps: 'boolean',
}

/** Whether a stranger's word is a hello at all. */
export function isHello(value: unknown): value is Hello {
  if (typeof value !== 'object' || value === null) return false
  const record = value as Record<string, unknown>
  const fields = record['protocol'] === protocol ? { ...lasting, ...current } : lasting
  return Object.entries(fields).every(([field, type]) => typeof record[field] === type)
}
