/** What a rank says of itself when it arrives; the same on every rank of a group unless a field says otherwise. */
export interface Hello {
  /** Layout of all messages; see `protocol`. */
  readonly protocol: number
  /** Version of this package. */
  readonly version: string
  readonly job: string
  readonly worldSize: number
  /** Differs between ranks, as everything below does. */
  readonly rank: number
  readonly host: string
  /** Equal on two ranks that can share memory. */
  readonly hostId: string
  /** Address that other ranks reach this one at. */
  readonly address: string
  readonly pid: number
  /** Lane that this rank was told to use with everybody, or empty. */
  readonly lane: string
  /** Whether everything that leaves the machine has to be encrypted. */
  readonly encrypt: boolean
  /** Whether memory can be mapped and waited on (koffi is there), which the fastest lane needs. */
  readonly maps: boolean
}

/** A rank of a group that has formed. */
export type Member = Pick<Hello, 'rank' | 'host' | 'hostId' | 'address' | 'pid' | 'lane' | 'encrypt' | 'maps'>

/** Changes with every incompatible change of a message. */
export const protocol = 1

/** How messages name a rank: `rank 2 (node7, pid 4711)`. */
export function named(member: Pick<Member, 'rank' | 'host' | 'pid'>): string {
  return `rank ${member.rank} (${member.host}, pid ${member.pid})`
}

/** The member of that rank. */
export function memberOf(members: readonly Member[], rank: number): Member {
  const member = members[rank]
  if (!member) throw new RangeError(`there is no rank ${rank} among ${members.length}`)
  return member
}
