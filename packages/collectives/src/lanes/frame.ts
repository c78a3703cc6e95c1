import { createHash } from 'node:crypto'
import { LockstepError } from '@lockstep/core/errors'
import { headerBytes, mismatch, readHeader, type Words, writeHeader } from '../envelope.ts'
import type { LaneOptions } from './lane-options.ts'

const magic = 0x314b534c // 'LSK1'
const goodbyeMagic = 0x3042534c // 'LSB0'
const groupBytes = 24

/** Bytes before the payload of every message: whose it is (job, generation, sender, receiver), and its envelope. */
export const frameBytes: number = groupBytes + headerBytes

/** The first eight bytes of the SHA-256 of a job's name, which stand for it in every frame. */
export function jobDigest(job: string): bigint {
  return createHash('sha256').update(job).digest().readBigUInt64LE()
}

/** One direction between two ranks of a group. */
export class Channel {
  readonly from: number
  readonly to: number
  readonly #generation: number
  readonly #job: bigint

  constructor(from: number, to: number, { job, generation }: Pick<LaneOptions, 'job' | 'generation'>) {
    this.from = from
    this.to = to
    this.#generation = generation
    this.#job = jobDigest(job)
  }

  /** Writes the frame of a message; `view` has `frameBytes` bytes. */
  write(view: DataView, words: Words): void {
    this.#writeGroup(view, magic)
    writeHeader(inner(view), words)
  }

  /** Writes the frame that ends the stream: its sender leaves. */
  writeGoodbye(view: DataView): void {
    this.#writeGroup(view, goodbyeMagic)
  }

  /**
   * Reads a frame; undefined says goodbye. Throws `invalid-data` for what is none, `rank-mismatch` for one of another
   * group or direction.
   */
  read(view: DataView): Words | undefined {
    const kind = view.getUint32(0, true)
    if (kind !== magic && kind !== goodbyeMagic) throw noFrame(this.from)
    const found = [view.getUint32(4, true), view.getUint32(16, true), view.getUint32(20, true)]
    const expected = [this.#generation, this.from, this.to]
    if (view.getBigUint64(8, true) !== this.#job) throw this.#foreign('another job', 'its own job')
    if (found.some((value, index) => value !== expected[index]))
      throw this.#foreign(showGroup(found), showGroup(expected))
    return kind === magic ? readHeader(inner(view)) : undefined
  }

  /** What is wrong where the words of the sender are not those of the receiver. */
  mismatch(sent: Words, expected: Words): Error | undefined {
    return mismatch({ rank: this.from, words: sent }, { rank: this.to, words: expected })
  }

  #writeGroup(view: DataView, kind: number): void {
    view.setUint32(0, kind, true)
    view.setUint32(4, this.#generation, true)
    view.setBigUint64(8, this.#job, true)
    view.setUint32(16, this.from, true)
    view.setUint32(20, this.to, true)
  }

  #foreign(found: string, expected: string): Error {
    return new LockstepError(
      'rank-mismatch',
      { ranks: [this.from, this.to] },
      `rank ${this.from} sent a message of ${found} where rank ${this.to} expected one of ${expected}; end what is left of earlier runs and start all ranks again`,
    )
  }
}

function showGroup([generation, from, to]: readonly number[]): string {
  return `generation ${generation} from rank ${from} to rank ${to}`
}

function noFrame(from: number): Error {
  return new LockstepError(
    'invalid-data',
    { source: `messages of rank ${from}` },
    `what came from rank ${from} is no message of Lockstep; see that all ranks run the same version`,
  )
}

function inner({ buffer, byteOffset }: DataView): DataView {
  return new DataView(buffer, byteOffset + groupBytes, headerBytes)
}
