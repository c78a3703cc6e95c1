import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { cacheFolder } from '@lockstep/core/node'
import { loadLibrary } from './engine/koffi.ts'

/**
 * Makes Vulkan find SwiftShader, which computes on the processor, in this process and in those that it starts. A driver
 * that is set from outside stays, and so does whatever other platforms have.
 */
export async function useSwiftShader(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64' || process.env['VK_ICD_FILENAMES'] !== undefined) return
  const folder = unpacked()
  process.env['VK_ICD_FILENAMES'] = join(folder, 'vk_swiftshader_icd.json')
  process.env['LD_LIBRARY_PATH'] = [folder, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':')
  // This process has read the path already.
  await loadLibrary(join(folder, 'libvulkan.so.1'))
}

function unpacked(): string {
  const root = packageFolder()
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const parent = cacheFolder('swiftshader')
  const folder = join(parent, version)
  if (existsSync(folder)) return folder
  mkdirSync(parent, { recursive: true })
  const fresh = mkdtempSync(join(parent, 'unpacking-'))
  untar(brotliDecompressSync(readFileSync(join(root, 'bin', 'swiftshader.tar.br'))), fresh)
  try {
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    // Another process may have been faster.
    if (!existsSync(folder)) throw error
  }
  return folder
}

/** The package exports its program only, from a folder below. */
function packageFolder(): string {
  let folder = dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'))
  while (!existsSync(join(folder, 'bin', 'swiftshader.tar.br'))) folder = dirname(folder)
  return folder
}

const block = 512

/** Regular files of an archive without folders. */
function untar(archive: Buffer, folder: string): void {
  for (let at = 0; archive[at] !== 0 && at < archive.length; ) {
    const text = (from: number, length: number): string =>
      archive.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '')
    const size = Number.parseInt(text(124, 12), 8)
    const isFile = text(156, 1) === '0' || text(156, 1) === ''
    if (isFile) writeFileSync(join(folder, text(0, 100)), archive.subarray(at + block, at + block + size))
    at += block + Math.ceil(size / block) * block
  }
}
