import { createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto'

/** A pair of keys as ZeroMQ wants them: Z85, 40 characters each. */
export interface KeyPair {
  readonly publicKey: string
  readonly secretKey: string
}

/** The keys of a job: who holds the shared secret derives both pairs, and so knows and is known. */
export interface JobKeys {
  /** Of sockets that bind. */
  readonly server: KeyPair
  /** Of sockets that connect; the only one that is let in. */
  readonly client: KeyPair
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'
/** What precedes the 32 bytes of an X25519 key in PKCS #8 (RFC 8410, section 7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** The keys that a shared secret stands for: HKDF-SHA-256 (RFC 5869) of it, one X25519 pair for each role. */
export function deriveKeys(secret: Uint8Array): JobKeys {
  return { server: derivePair(secret, 'server'), client: derivePair(secret, 'client') }
}

function derivePair(secret: Uint8Array, role: string): KeyPair {
  const scalar = Buffer.from(hkdfSync('sha256', secret, 'lockstep', `curve ${role} 1`, 32))
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, scalar]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32)
  return { publicKey: z85(publicKey), secretKey: z85(scalar) }
}

/** Z85 (ZeroMQ RFC 32) of bytes whose number is a multiple of 4: five characters for each four. */
export function z85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let text = ''
  for (let offset = 0; offset < bytes.byteLength; offset += 4) {
    let value = view.getUint32(offset)
    let five = ''
    for (let digit = 0; digit < 5; digit++) {
      five = alphabet.charAt(value % 85) + five
      value = Math.floor(value / 85)
    }
    text += five
  }
  return text
}
