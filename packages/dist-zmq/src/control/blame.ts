import { readFileSync } from 'node:fs'
import type { Reason } from '../reason.ts'
import { type Member, named } from './member.ts'
import { silenceMs } from './sockets.ts'

/** What to say when a member is gone; `how` completes the sentence. */
export function lostMessage(member: Member, how: string): string {
  return `${named(member)} ${how}; the group has ended: see what that rank printed last, and start all ranks again`
}

/** The reason of a rank that ends the group of its own will, as all ranks are to see it. */
export function abortedBy(member: Member, reason: Reason): Reason {
  if (reason.code !== 'aborted') return reason
  const message = `${named(member)} ended the group: ${reason.message}`
  return { code: 'aborted', details: { rank: member.rank }, message }
}

/** Completes `rank 2 (…)` when its connection broke: with what has become of the process, where that can be seen. */
export function howItWent(member: Member, self: Member, timeoutMs: number): string {
  const seen = member.hostId === self.hostId && process.platform === 'linux' ? processState(member.pid) : undefined
  if (seen === 'gone') return 'is gone: its process has ended or was killed'
  if (seen === 'T') return 'is stopped (SIGSTOP) and answers no more'
  return `is gone: its connection broke, or it answered no ping for ${silenceMs(timeoutMs) / 1000} s`
}

/** Letter of the state of a process of this machine (proc(5)), or `gone`. */
function processState(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
    return state === 'Z' || state === 'X' ? 'gone' : state
  } catch {
    return 'gone'
  }
}
