import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { LockstepError } from '@lockstep/core/errors'

/** The numeric address of a host; rejects with `unavailable` when its name cannot be resolved. */
export async function resolveHost(host: string): Promise<string> {
  try {
    return (await lookup(host)).address
  } catch (cause) {
    const message = `the host '${host}' of the rendezvous cannot be resolved: ${(cause as Error).message}; give a name or an address that this machine knows`
    throw new LockstepError('unavailable', { what: host, remedy: 'give a name that can be resolved' }, message, {
      cause,
    })
  }
}

/** Whether nobody but this machine can reach an address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

/** Whether a socket of this machine can bind an address. */
export function isOwn(address: string): boolean {
  if (isLoopback(address)) return true
  return Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === address))
}

/** The address of this machine that packets to another one come from. Nothing is sent. */
export async function addressTowards(address: string): Promise<string> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.connect(9, address, resolve)
    })
    return socket.address().address
  } finally {
    socket.close()
  }
}
