import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Equal for two processes that can share memory: the machine's boot, and the file system behind /dev/shm, which
 * differs between containers that do not share it. Elsewhere than on Linux the name of the host stands for both.
 */
export function hostId(): string {
  const parts = [hostname()]
  try {
    parts.splice(0, 1, readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), `${statSync('/dev/shm').dev}`)
  } catch {
    // No Linux, or no /dev/shm: the name has to do.
  }
  return createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 16)
}
