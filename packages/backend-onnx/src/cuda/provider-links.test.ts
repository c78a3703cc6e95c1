import { mkdtemp, readFile, readlink, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { linkProvider } from './provider-links.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-links-'))
  for (const name of ['libonnxruntime.so.1', 'shared.so', 'cuda.so', 'other.so.1'])
    await writeFile(join(folder, name), name)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)

test('library and providers lie side by side, as links to where they are', async () => {
  const library = linkProvider(at('libonnxruntime.so.1'), [at('shared.so'), at('cuda.so')], folder)
  expect(basename(library)).toBe('libonnxruntime.so.1')
  for (const name of ['libonnxruntime.so.1', 'shared.so', 'cuda.so'])
    expect(await readlink(join(dirname(library), name))).toBe(at(name))
})

test('links are made once, mended when they are gone, and of their own for every library', async () => {
  const link = (): string => linkProvider(at('libonnxruntime.so.1'), [at('shared.so')], folder)
  const library = link()
  expect(link()).toBe(library)
  await unlink(library)
  expect(await readFile(link(), 'utf8')).toBe('libonnxruntime.so.1')
  expect(linkProvider(at('other.so.1'), [at('shared.so')], folder)).not.toBe(library)
})
