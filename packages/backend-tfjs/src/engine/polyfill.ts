import util from 'node:util'

type Removed = 'isNullOrUndefined' | 'isArray'

const removed: Readonly<Record<Removed, (value: unknown) => boolean>> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
}

/** Puts back what tfjs-node 4.22 still calls and Node 23 removed from `node:util`. */
export function restoreUtilFunctions(target: object = util): void {
  for (const [name, implementation] of Object.entries(removed)) {
    if (!(name in target)) Object.defineProperty(target, name, { value: implementation, configurable: true })
  }
}
