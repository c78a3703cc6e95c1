import { createRequire } from 'node:module'

/** Two functions of Node's `util` that tfjs-node calls and that are gone since Node 23. */
export function polyfillUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  util['isArray'] ??= Array.isArray
}
