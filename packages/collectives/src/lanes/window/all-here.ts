import { setTimeout as sleep } from 'node:timers/promises'
import { LockstepError } from '@lockstep/core/errors'
import type { Members } from './members.ts'

/** Resolves when all members have joined; rejects with `timed-out` when some have not within `timeoutMs` (10 s). */
export async function allHere(
  members: Members,
  { timeoutMs = 10_000 }: { readonly timeoutMs?: number },
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (let missing = members.missing(); missing.length > 0; missing = members.missing()) {
    const ending = members.ending()
    if (ending) throw ending
    if (performance.now() > deadline) throw notThere(missing, timeoutMs)
    await sleep(2)
  }
}

function notThere(missing: readonly number[], timeoutMs: number): Error {
  const who = `rank${missing.length === 1 ? '' : 's'} ${missing.join(', ')}`
  return new LockstepError(
    'timed-out',
    { operation: 'connect', awaited: missing },
    `${who} did not join the shared window within ${timeoutMs} ms; see whether it runs on this host and what it printed last`,
  )
}
