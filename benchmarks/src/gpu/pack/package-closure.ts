import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LockstepError } from '@lockstep/core'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** What of the packages is left behind. */
export interface ClosureOptions {
  /** Packages that are not taken, nor what only they need. */
  readonly skip: (name: string) => boolean
  /** Whether a file or folder of a package is taken; the path begins with the package's name. */
  readonly wanted: (path: string) => boolean
}

/**
 * Copies a package and everything it depends on into the `node_modules` of a folder; optional dependencies as far as
 * they are installed.
 */
export function copyClosure(
  name: string,
  from: string,
  folder: string,
  options: ClosureOptions,
  seen: Set<string> = new Set(),
): void {
  if (options.skip(name) || seen.has(name)) return
  seen.add(name)
  const source = locate(name, from)
  if (source === undefined) {
    const remedy = 'npm ci'
    throw new LockstepError(
      'unavailable',
      { what: name, remedy },
      `${name} is not installed below ${from}; run ${remedy}`,
    )
  }
  copyPackage(name, source, folder, options)
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    // Optional ones are listed among the others as well in a published package.
    if (manifest.optionalDependencies?.[dependency] === undefined)
      copyClosure(dependency, source, folder, options, seen)
  }
  for (const dependency of Object.keys(manifest.optionalDependencies ?? {})) {
    if (locate(dependency, source) !== undefined) copyClosure(dependency, source, folder, options, seen)
  }
}

/** Where a package lies that one in `from` would be given; links are followed. */
function locate(name: string, from: string): string | undefined {
  const found = join(from, 'node_modules', name)
  if (existsSync(join(found, 'package.json'))) return realpathSync(found)
  return dirname(from) === from ? undefined : locate(name, dirname(from))
}

function copyPackage(name: string, source: string, folder: string, { wanted }: ClosureOptions): void {
  const target = join(folder, 'node_modules', name)
  mkdirSync(target, { recursive: true })
  cpSync(source, target, {
    recursive: true,
    filter: (path) => {
      const file = path.slice(source.length)
      return basename(path) !== 'node_modules' && (file === '' || wanted(`${name}${file}`))
    },
  })
}
