import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeyFile, readKeyFile } from './key-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a key file holds 32 random bytes, for its owner alone', () => {
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  createKeyFile(one)
  createKeyFile(two)
  expect(statSync(one).mode & 0o777).toBe(0o600)
  expect(readKeyFile(one)).toHaveLength(32)
  expect(readKeyFile(one)).toEqual(readKeyFile(one))
  expect(readKeyFile(one)).not.toEqual(readKeyFile(two))
})

test('a key file is never overwritten', () => {
  const path = join(folder, 'key')
  createKeyFile(path)
  const before = readFileSync(path, 'utf8')
  expect(() => createKeyFile(path)).toThrow(/cannot write the key file .*EEXIST/)
  expect(readFileSync(path, 'utf8')).toBe(before)
})

test.each([0o640, 0o604, 0o660, 0o620])('a file of mode %o is refused', (mode) => {
  const path = join(folder, 'key')
  createKeyFile(path)
  chmodSync(path, mode)
  expect(() => readKeyFile(path)).toThrow(/may be opened by others than its owner \(mode 06\d\d\); run `chmod 600/)
})

test('what is no key file is refused', () => {
  const path = join(folder, 'key')
  expect(() => readKeyFile(path)).toThrow(/cannot be read .*ENOENT/)
  for (const text of ['', 'secret', 'lockstep-key-1 c2hvcnQ']) {
    writeFileSync(path, text, { mode: 0o600 })
    expect(() => readKeyFile(path)).toThrow(/is no key file of Lockstep; make one with createKeyFile/)
  }
})
