#!/usr/bin/env node
// A file of the repository, so that npm can link the command before anything is built.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = new URL('../dist/main.js', import.meta.url)
const root = fileURLToPath(new URL('../../../', import.meta.url))

// In a fresh clone `npx lockstep` builds what it needs; a published package has no sources to build.
if (!existsSync(fileURLToPath(main)) && existsSync(`${root}scripts/turbo.mjs`)) {
  console.error('lockstep: building (once) …')
  const args = ['scripts/turbo.mjs', '--quiet', 'run', 'build', '--filter=@lockstep/cli...']
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
await import(main.href)
