import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LockstepError } from '@lockstep/core/errors'
import type { Candidate } from './candidates.ts'

/**
 * Reads `module#factory`: a file (`./my-backend.js#mine`) or a package that is installed in the present folder, and
 * the name of the function in it that makes a backend. Throws `invalid-argument`.
 */
export function parseCandidate(text: string): Candidate {
  const [name = '', factory = ''] = text.split('#')
  if (name === '' || factory === '') throw wrong(text, 'expected module#factory, such as ./my-backend.js#mine')
  return {
    backend: factory,
    engine: name,
    module: pathToFileURL(locate(name, text)).href,
    factory,
    options: {},
    remedy: `npm install ${name}`,
  }
}

function locate(name: string, text: string): string {
  if (name.startsWith('.') || name.startsWith('/')) return resolve(name)
  try {
    return createRequire(join(process.cwd(), 'package.json')).resolve(name)
  } catch (cause) {
    throw wrong(text, `there is no package ${name} here; run npm install ${name}`, { cause })
  }
}

function wrong(text: string, expected: string, options?: ErrorOptions): LockstepError {
  return new LockstepError('invalid-argument', { argument: 'also' }, `--also ${text}: ${expected}`, options)
}
