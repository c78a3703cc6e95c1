import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkBoundaries } from './lib/boundaries.mjs'

let root: string

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const manifest = (path: string, fields: Record<string, unknown>): void =>
  write(join(path, 'package.json'), JSON.stringify(fields))
const problemsOf = (path: string, text: string): string[] => {
  write(path, text)
  return checkBoundaries(root).problems
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'boundaries-'))
  manifest('.', { name: 'root', workspaces: ['packages/*'] })
  manifest('packages/core', { name: '@lockstep/core', exports: { '.': {}, './node': {} } })
  manifest('packages/backend-a', {
    name: '@lockstep/backend-a',
    exports: { '.': {} },
    dependencies: { '@lockstep/core': '*', '@lockstep/kit': '*' },
    optionalDependencies: { koffi: '*' },
    devDependencies: { 'only-dev': '*' },
  })
  manifest('packages/collectives', {
    name: '@lockstep/collectives',
    exports: { '.': {} },
    dependencies: { '@lockstep/core': '*' },
  })
  manifest('packages/kit', { name: '@lockstep/kit', exports: { '.': {} }, dependencies: {} })
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

test('accepts what a package may import', () => {
  write('packages/core/src/node/files.ts', `import fs from 'node:fs'\nimport { a } from '../a.ts'\nprocess.exit(0)`)
  write('packages/core/src/a.test.ts', `import fs from 'node:fs'\nimport { test } from 'vitest'`)
  write(
    'packages/core/src/a.ts',
    `// import 'node:fs', process.exit()\n/* don't: require('node:fs') */\nexport const a = "import x from 'node:fs'; process.exit()"`,
  )
  write('packages/backend-a/src/a.test.ts', `import 'only-dev'`)
  write('packages/core/src/training/platform.ts', `export const tools = () => import('../node/files.ts')`)
  write(
    'packages/collectives/src/a.ts',
    `import type { a } from '@lockstep/core'\nimport { b } from '@lockstep/core/node'`,
  )
  const text = `import { a } from '@lockstep/core'\nimport { b } from '@lockstep/core/node'\nawait import('koffi')`
  expect(problemsOf('packages/backend-a/src/index.ts', text)).toEqual([])
  expect(checkBoundaries(root).files).toBe(7)
})

test.each([
  ['packages/core/src/a.ts', `\nimport fs from 'node:fs'`, 'packages/core/src/a.ts:2: .*browser'],
  ['packages/core/src/a.ts', `export type F = import('node:fs').Stats`, 'browser'],
  ['packages/core/src/a.ts', `export { b } from './node/b.ts'`, 'browser'],
  ['packages/core/src/a.ts', `const n = process.env.N`, `'process' exists on Node only`],
  ['packages/core/src/a.ts', `const n = Buffer.from([1])`, `'Buffer' exists on Node only`],
  ['packages/core/src/a.ts', `import '@lockstep/kit'`, 'core imports no other package'],
  ['packages/core/src/a.ts', `import { x } from './x.fixture.ts'`, 'test code'],
  ['packages/backend-a/src/a.ts', `import '@lockstep/kit'`, 'a backend imports @lockstep/core and no other'],
  ['packages/backend-a/src/a.ts', `import '@lockstep/core/graph'`, 'not public: @lockstep/core exports ., ./node'],
  ['packages/backend-a/src/a.ts', `import '@lockstep/nowhere'`, 'a backend imports'],
  ['packages/backend-a/src/a.ts', `import '../../core/src/a.ts'`, 'leaves the package'],
  ['packages/backend-a/src/a.ts', `import 'only-dev'`, 'not among the dependencies'],
  ['packages/backend-a/src/a.ts', `import 'fs-extra/esm'`, `'fs-extra' is not among the dependencies`],
  ['packages/backend-a/src/a.ts', `import '@lockstep/backend-a'`, 'this very package'],
  ['packages/collectives/src/a.ts', `import { type A } from '@lockstep/core'`, 'loads all of core'],
  ['packages/collectives/src/a.ts', `export type A = 1\nexport { b } from '@lockstep/core'`, ':2: .*loads all of core'],
  ['packages/kit/src/a.ts', `import '@lockstep/core'`, 'not among the dependencies'],
  ['packages/kit/src/a.ts', `import '@lockstep/nowhere'`, 'no package of this repository'],
  ['packages/kit/src/a.ts', `if (run.backend.name === 'onnx') go()`, 'ask for a capability'],
  ['packages/kit/src/a.ts', `if ('onnx' !== backend.name) go()`, 'ask for a capability'],
  ['packages/kit/src/a.ts', `switch (backend.name) {}`, 'ask for a capability'],
])('rejects in %s: %s', (path, text, message) => {
  const problems = problemsOf(path, text)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(new RegExp(message))
})
