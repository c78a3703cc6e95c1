import { LockstepError } from '@lockstep/core/errors'
import { type Candidate, candidateOf } from '../doctor/candidates.ts'
import { probe } from '../doctor/probe.ts'
import type { Steps } from '../run/steps.ts'

/** Which engine trains where, and what a machine without a driver is told. */
export interface DeviceTrial {
  readonly backend: string
  readonly engine: string
  readonly device: string
  readonly steps: Steps
  readonly signal?: AbortSignal | undefined
}

/** Trains some steps on a device in a process of its own. Throws what stands in the way. */
export async function tryDevice({ backend, engine, device, steps, signal }: DeviceTrial): Promise<void> {
  const candidate: Candidate = candidateOf(backend, engine)
  await steps.run(
    `A training step of ${backend} on ${device}`,
    async () => {
      // Compiling kernels for a new GPU may take minutes.
      const { failure, devices } = await probe({ candidate, listOnly: false, device }, { timeoutMs: 600_000, signal })
      if (failure === undefined) return devices.find(({ id }) => id === device)?.name ?? device
      const { missing, reason, remedy = 'npx lockstep doctor' } = failure
      if (missing) throw new LockstepError('unavailable', { what: device, remedy }, reason)
      throw new LockstepError('engine-failure', { engine: `${backend} ${engine}` }, `${device}: ${reason}`)
    },
    (name) => `A training step of ${backend} on ${device}: ${name}`,
  )
}
