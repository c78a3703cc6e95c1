import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readlinkSync, renameSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * A folder with links to ONNX Runtime's library and to its provider; returns the path of the linked library. ONNX
 * Runtime looks for providers beside the path that it was loaded by, and the package that it comes in must stay as it is.
 */
export function linkProvider(library: string, providers: readonly string[], folder: string): string {
  const targets = [library, ...providers]
  const key = createHash('sha256').update(targets.join('\n')).digest('hex').slice(0, 16)
  const links = join(folder, 'links', key)
  mkdirSync(links, { recursive: true })
  for (const target of targets) link(target, join(links, basename(target)))
  return join(links, basename(library))
}

/** Replaces in one step, since another process may be about to load what is there. */
function link(target: string, path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(path) === target) return
  const fresh = `${path}.${process.pid}`
  symlinkSync(target, fresh)
  renameSync(fresh, path)
}
