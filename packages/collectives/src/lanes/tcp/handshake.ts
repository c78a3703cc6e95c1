import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { jobDigest } from '../frame.ts'
import type { LaneOptions } from '../lane-options.ts'

/** Bytes that open a connection, from the receiver of messages to their sender. */
export const helloBytes = 96
/** Bytes of the sender's answer. */
export const welcomeBytes = 32

const signedBytes = 64
const magic = 'LOCKTCP1'

/** What a valid hello says: who wants to receive our messages. */
export interface Caller {
  readonly from: number
}

/**
 * The first bytes of rank `options.rank` to rank `to`: job, generation, both ranks and a nonce, signed with the token
 * that `to` gave out. The token itself never travels.
 */
export function hello(to: number, token: string, { rank, job, generation }: LaneOptions): Uint8Array {
  const bytes = Buffer.alloc(helloBytes)
  bytes.write(magic, 0, 'latin1')
  bytes.writeUInt32LE(generation, 8)
  bytes.writeUInt32LE(rank, 12)
  bytes.writeUInt32LE(to, 16)
  bytes.writeBigUInt64LE(jobDigest(job), 24)
  randomBytes(32).copy(bytes, 32)
  sign('hello', token, bytes).copy(bytes, signedBytes)
  return bytes
}

/** Reads a hello to `options.rank`; undefined for any other bytes, token, job, generation or recipient. */
export function readHello(
  bytes: Uint8Array,
  token: string,
  { rank, worldSize, job, generation }: LaneOptions,
): Caller | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, helloBytes)
  if (!timingSafeEqual(sign('hello', token, buffer), buffer.subarray(signedBytes))) return undefined
  const from = buffer.readUInt32LE(12)
  const meant =
    buffer.toString('latin1', 0, 8) === magic &&
    buffer.readUInt32LE(8) === generation &&
    buffer.readUInt32LE(16) === rank &&
    buffer.readBigUInt64LE(24) === jobDigest(job)
  return meant && from < worldSize && from !== rank ? { from } : undefined
}

/** The answer to a hello, which only a holder of the token can give. */
export function welcome(helloReceived: Uint8Array, token: string): Uint8Array {
  return sign('welcome', token, helloReceived)
}

/** Whether an answer is the one to this hello. */
export function isWelcome(answer: Uint8Array, helloSent: Uint8Array, token: string): boolean {
  return timingSafeEqual(answer, sign('welcome', token, helloSent))
}

function sign(purpose: 'hello' | 'welcome', token: string, bytes: Uint8Array): Buffer {
  return createHmac('sha256', token).update(purpose).update(bytes.subarray(0, signedBytes)).digest()
}
