import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFileAtomic } from './atomic-write.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-write-'))
})

afterEach(() => rm(folder, { recursive: true }))

describe('writeFileAtomic', () => {
  it('makes a new file and nothing else', async () => {
    await writeFileAtomic(join(folder, 'weights'), Uint8Array.of(1, 2, 3))
    expect([...(await readFile(join(folder, 'weights')))]).toEqual([1, 2, 3])
    expect(await readdir(folder)).toEqual(['weights'])
  })

  it('replaces a longer file as a whole', async () => {
    const path = join(folder, 'log.csv')
    await writeFile(path, 'a long line of before')
    await writeFileAtomic(path, 'new')
    expect(await readFile(path, 'utf8')).toBe('new')
  })

  it('writes the view that it is given, not the memory behind it', async () => {
    const path = join(folder, 'view')
    await writeFileAtomic(path, Uint8Array.of(0, 1, 2, 3).subarray(1, 3))
    expect([...(await readFile(path))]).toEqual([1, 2])
  })

  it('shows readers either the old or the new file, never a part', async () => {
    const path = join(folder, 'turns')
    const versions = [1, 2].map((value) => new Uint8Array(1 << 20).fill(value))
    await writeFileAtomic(path, versions[0] as Uint8Array)
    const writing = (async () => {
      for (let turn = 1; turn <= 6; turn++) await writeFileAtomic(path, versions[turn % 2] as Uint8Array)
    })()
    for (let reading = 0; reading < 12; reading++) {
      const bytes = await readFile(path)
      expect(versions.some((version) => bytes.equals(version))).toBe(true)
    }
    await writing
  })

  it('replaces a symbolic link rather than what it points to', async () => {
    await writeFile(join(folder, 'target'), 'target')
    await symlink('target', join(folder, 'link'))
    await writeFileAtomic(join(folder, 'link'), 'new')
    expect(await readFile(join(folder, 'target'), 'utf8')).toBe('target')
    expect(await readFile(join(folder, 'link'), 'utf8')).toBe('new')
  })

  it('leaves nothing behind when it cannot put the file into place', async () => {
    await mkdir(join(folder, 'taken'))
    await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toMatchObject({
      code: 'unavailable',
      details: { what: join(folder, 'taken') },
    })
    expect(await readdir(folder)).toEqual(['taken'])
  })

  it('names the path and the reason when the folder is missing', async () => {
    const path = join(folder, 'missing', 'weights')
    await expect(writeFileAtomic(path, 'x')).rejects.toThrowError(`${path} could not be written (ENOENT`)
  })
})
