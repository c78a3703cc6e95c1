import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** `273.8 MB`: decimal units, as download pages have them. */
export function showBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}

/** `120.0 of 273.8 MB, 44 %`. */
export function showShare(bytes: number, total: number): string {
  // What is on the disk may be more than what was to come: some programs keep a copy.
  const done = Math.min(bytes, total)
  const percent = total > 0 ? Math.floor((100 * done) / total) : 0
  return `${showBytes(done)} of ${showBytes(total)}, ${percent} %`
}

/** The bytes of all files below a folder, links not followed; 0 where there is none. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile())
  // A file may vanish meanwhile: another program's temporary one.
  const sizes = files.map((file) =>
    lstat(join(file.parentPath, file.name)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
