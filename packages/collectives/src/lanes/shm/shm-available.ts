import { accessSync, closeSync, constants, rmSync } from 'node:fs'
import { platform } from 'node:process'
import { hasSimd } from '@lockstep/core/wasm'
import { createWindowFile, openWindowFile, sharedMemoryFolder, windowPath } from '../window/window-file.ts'
import { knownProcessor, type Libc, loadLibc } from './libc.ts'
import { MappedMemory } from './mapped-memory.ts'

/** Whether a lane can be used here, and if not, why and what helps. */
export type Availability =
  | { readonly available: true }
  | { readonly available: false; readonly reason: string; readonly remedy: string }

const trialBytes = 65_536

/** Whether memory can be shared with other processes here: tried with a small piece. */
export async function shmAvailable(): Promise<Availability> {
  const missing = (reason: string, remedy: string): Availability => ({ available: false, reason, remedy })
  if (platform !== 'linux' || !knownProcessor)
    return missing(`${platform} on this processor is not supported`, 'use Linux on x64 or arm64, or another lane')
  if (!hasSimd()) return missing('WebAssembly has no vectors here', 'use a newer processor, or another lane')
  try {
    accessSync(sharedMemoryFolder, constants.W_OK)
  } catch {
    return missing(`${sharedMemoryFolder} is not writable`, `mount a tmpfs at ${sharedMemoryFolder}`)
  }
  try {
    tryMapping(await loadLibc())
    return { available: true }
  } catch (error) {
    return missing((error as Error).message, 'npm install koffi')
  }
}

/** What one mapping of a file is given another must show. */
function tryMapping(libc: Libc): void {
  const path = windowPath(sharedMemoryFolder)
  createWindowFile(path, trialBytes, () => {})
  const file = openWindowFile(path)
  try {
    rmSync(path)
    const [first, second] = [new MappedMemory(libc, file, trialBytes), new MappedMemory(libc, file, trialBytes)]
    first.bytes[first.scratchBytes + 5] = 77
    if (second.bytes[second.scratchBytes + 5] !== 77) throw new Error('memory mapped twice is not the same memory')
  } finally {
    closeSync(file)
  }
}
