import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { showShare } from '../run/bytes.ts'
import { unpackWheel } from './unpack-wheel.ts'

/** What of a wheel is unpacked. */
export interface UnpackLibrariesOptions {
  /** Which shared libraries and programs; default: all. */
  readonly wanted?: (name: string) => boolean
  /** Called with how far it is. */
  readonly note: (text: string) => void
  readonly signal?: AbortSignal | undefined
}

/** Unpacks the shared libraries of a wheel, its programs and its licence, where `pip install --target` would put them. */
export async function unpackLibraries(
  wheel: string,
  folder: string,
  { wanted = () => true, note, signal }: UnpackLibrariesOptions,
): Promise<void> {
  const programs: string[] = []
  let last = 0
  await unpackWheel(wheel, {
    place: (name) => {
      const path = join(folder, name)
      if (/^[^/]+\.dist-info\/(METADATA|licenses\/.+|License.txt|LICENSE)$/.test(name)) return path
      if (!/\.so(\.\d+)*$|\/bin\//.test(name) || !wanted(name)) return undefined
      if (name.includes('/bin/')) programs.push(path)
      return path
    },
    signal,
    progress: (bytes, total) => {
      if (performance.now() - last < 100 && bytes < total) return
      last = performance.now()
      note(showShare(bytes, total))
    },
  })
  await Promise.all(programs.map((path) => chmod(path, 0o755)))
}
