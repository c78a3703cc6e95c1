import { LockstepError } from '@lockstep/core/errors'
import type { Floats } from './algorithms/blocks.ts'

interface Member {
  readonly rank: number
  readonly worldSize: number
}

/** Throws unless `receive` has the type of `send` and `length` elements. */
export function checkBuffers(send: Floats, receive: Floats, length: number): void {
  if (receive.constructor === send.constructor && receive.length === length) return
  throw invalid(
    'receive',
    `receive is a ${receive.constructor.name} of ${receive.length} elements, but a ${send.constructor.name} of ${length} is needed: nothing was sent`,
  )
}

/** Throws unless there is such a rank. */
export function checkRank(argument: string, rank: number, { worldSize }: Member): void {
  if (Number.isInteger(rank) && rank >= 0 && rank < worldSize) return
  throw invalid(argument, `${argument} is ${rank}, but ranks are 0 to ${worldSize - 1}`)
}

/** Throws unless `peer` is another rank and `tag` a number that travels exactly. */
export function checkPeer(peer: number, tag: number, member: Member): void {
  checkRank('rank', peer, member)
  if (peer === member.rank) throw invalid('rank', `rank ${peer} cannot exchange blocks with itself`)
  if (!Number.isSafeInteger(tag) || tag < 0) throw invalid('tag', `the tag is ${tag}, but must be an integer from 0 on`)
}

function invalid(argument: string, message: string): LockstepError<'invalid-argument'> {
  return new LockstepError('invalid-argument', { argument }, message)
}
