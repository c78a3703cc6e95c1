import type { Member } from '../control/member.ts'

/** What carries messages between two ranks; the fastest that both can use is chosen. */
export type Lane = 'shm' | 'file' | 'tcp' | 'zmq'

/** All lanes, the fastest first. */
export const lanes: readonly Lane[] = ['shm', 'file', 'tcp', 'zmq']

/**
 * The lane between two ranks, which all find alike: the one they were told to use; on one machine shared memory, mapped
 * where all of its ranks can, else through files; between machines tcp, or ZeroMQ with CURVE where traffic has to be
 * encrypted.
 */
export function laneBetween(a: Member, b: Member, members: readonly Member[]): Lane {
  const told = lanes.find((lane) => lane === a.lane)
  if (told) return told
  if (a.hostId !== b.hostId) return a.encrypt ? 'zmq' : 'tcp'
  const neighbours = members.filter((member) => member.hostId === a.hostId)
  return neighbours.every((member) => member.maps) ? 'shm' : 'file'
}
