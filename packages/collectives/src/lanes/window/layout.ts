const line = 64

/** Sizes that all members of a window must agree on. */
export interface WindowSizes {
  readonly members: number
  /** Bytes on their way from one member to another; a power of two. */
  readonly ringBytes: number
  /** Bytes of the arrays that are summed in one step. */
  readonly chunkBytes: number
}

/** Arrays up to so many bytes are summed whole by every rank: one exchange of signals instead of three. */
export const smallBytes = 16_384

/** Bytes for the text of an abort. */
export const reasonBytes = 4096

/** Where things lie in a member's section: byte offsets, multiples of 64. */
export interface SectionLayout extends WindowSizes {
  /** Whose window this is: job, generation, sizes. */
  readonly identity: number
  /** Who the member is: process, its start, its namespace. */
  readonly process: number
  /** One of `stage`. */
  readonly stage: number
  /** How many steps of sums the member has made. */
  readonly progress: number
  /** Counts the signals that the member was woken by. */
  readonly bell: number
  readonly asleep: number
  /** 0, or the length of the reason for which the member has ended the group. */
  readonly abortLength: number
  readonly abortReason: number
  /** Bytes sent so far to a member, and received so far from one; both modulo 2^32. */
  sent(to: number): number
  received(from: number): number
  /** The bytes on their way to a member. */
  ring(to: number): number
  /** What the member says of a call; two places, for calls in turns. */
  call(turn: number): number
  /** Its array in a small call. */
  small(turn: number): number
  /** Its array's chunk, and the sum of its part of one. */
  input(turn: number): number
  output(turn: number): number
  /** Bytes of the whole section, a multiple of 64 KiB. */
  readonly sectionBytes: number
}

/** Stages of a member's life. */
export const stages = { absent: 0, joined: 1, left: 2 } as const

/** Lays out the sections of a window. */
export function sectionLayout(sizes: WindowSizes): SectionLayout {
  let end = 0
  const take = (bytes: number): number => {
    const at = end
    end += Math.ceil(bytes / line) * line
    return at
  }
  const several = (count: number, bytes: number): ((index: number) => number) => {
    const places = Array.from({ length: count }, () => take(bytes))
    return (index) => places[index % count] as number
  }
  const { members, ringBytes, chunkBytes } = sizes
  const layout = {
    ...sizes,
    identity: take(line),
    process: take(2 * line),
    stage: take(line),
    progress: take(line),
    bell: take(line),
    asleep: take(line),
    abortLength: take(line),
    abortReason: take(reasonBytes),
    sent: several(members, line),
    received: several(members, line),
    call: several(2, line),
    small: several(2, smallBytes),
    input: several(2, chunkBytes),
    output: several(2, Math.ceil(chunkBytes / members) + line),
    ring: several(members, ringBytes),
  }
  const pageBytes = 65_536
  return { ...layout, sectionBytes: Math.ceil(end / pageBytes) * pageBytes }
}

/** Sizes for so many members: what lies in a window should fit into the processor's caches. */
export function windowSizes(members: number, chunkBytes: number): WindowSizes {
  const share = members > 8 ? 4 : members > 4 ? 2 : 1
  return { members, ringBytes: 262_144 / share, chunkBytes: chunkBytes / share }
}
