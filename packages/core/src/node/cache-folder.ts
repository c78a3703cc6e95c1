import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * Where what was downloaded or built for later use is kept: `folder` (`mnist`, `tfjs` …) in `$LOCKSTEP_CACHE_DIR`, else
 * in `lockstep` in `$XDG_CACHE_HOME`, else in `~/.cache/lockstep`. Everything in it can be deleted and made again. The
 * folder itself is not created.
 */
export function cacheFolder(folder: string, env: Readonly<Record<string, string | undefined>> = process.env): string {
  const own = env['LOCKSTEP_CACHE_DIR']
  if (own) return join(own, folder)
  const shared = env['XDG_CACHE_HOME']
  // The XDG specification has relative paths ignored.
  return join(shared && isAbsolute(shared) ? shared : join(homedir(), '.cache'), 'lockstep', folder)
}
