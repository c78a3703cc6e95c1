/** A program, started by `probe`: makes one backend, lists its devices, trains on one, and tells its parent. */
import type { Backend } from '@lockstep/core'
import { isLockstepError } from '@lockstep/core/errors'
import type { ProbeMessage, ProbeTask } from './probe-messages.ts'
import { trainProbe } from './probe-model.ts'

process.once('message', async (task: ProbeTask) => {
  try {
    await probe(task)
  } catch (error) {
    await tell(failure(error, task))
  }
  process.disconnect()
  // An engine's threads or timers must not keep the process.
  process.exit()
})

async function probe({ candidate, device, listOnly }: ProbeTask): Promise<void> {
  const module = (await import(candidate.module)) as Record<string, ((options: unknown) => Backend) | undefined>
  const factory = module[candidate.factory]
  if (typeof factory !== 'function') throw new TypeError(`${candidate.module} exports no function ${candidate.factory}`)
  const backend = factory(candidate.options)
  // Some engines stay with the device that they meet first, so that listing comes last where one is named.
  if (device !== undefined && !listOnly) await tell({ kind: 'trained', ...(await trainProbe(backend, device)) })
  const devices = await backend.devices()
  await tell({ kind: 'devices', devices })
  const [first] = devices
  if (first === undefined) throw new Error('it lists no devices')
  if (device === undefined && !listOnly) await tell({ kind: 'trained', ...(await trainProbe(backend, first.id)) })
}

function failure(error: unknown, { candidate }: ProbeTask): ProbeMessage {
  const reason = error instanceof Error ? error.message : String(error)
  if (isLockstepError(error) && error.code === 'unavailable') {
    const { remedy } = error.details as { readonly remedy: string }
    return { kind: 'failed', missing: true, reason, remedy }
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (code === 'ERR_MODULE_NOT_FOUND') return { kind: 'failed', missing: true, reason, remedy: candidate.remedy }
  return { kind: 'failed', missing: false, reason }
}

function tell(message: ProbeMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => resolve())
  })
}
