/** Fails when a file that git tracks, or would track, breaks a rule of lib/file-rules.mjs. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileFindings } from './lib/file-rules.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
const paths = [...new Set(listed.split('\0'))].filter((path) =>
  statSync(join(root, path), { throwIfNoEntry: false })?.isFile(),
)

let problems = 0
for (const path of paths) {
  const bytes = readFileSync(join(root, path))
  if (bytes.includes(0)) continue
  for (const { line, message } of fileFindings(path, bytes.toString('utf8'))) {
    problems++
    console.error(`${path}:${line}: ${message}`)
  }
}
console.log(`files: ${paths.length} files, ${problems} problems`)
process.exitCode = problems > 0 ? 1 : 0
