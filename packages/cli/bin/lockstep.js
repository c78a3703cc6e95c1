#!/usr/bin/env node
// A file of the repository, so that npm can link the command before anything is built.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(fileURLToPath(main))) await import(main.href)
else {
  console.error(
    'lockstep: not built yet. Run `npm run build` first, or `npm run lockstep -- …`, which builds what it needs.',
  )
  process.exitCode = 1
}
