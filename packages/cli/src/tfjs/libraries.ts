import { access, cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { showShare } from '../run/bytes.ts'
import { unpackWheel } from '../wheels/unpack-wheel.ts'
import { librariesFolder } from './variant.ts'

/** The shared libraries of a TensorFlow wheel that the binding is linked with; they need nothing else of it. */
export const libraryNames: readonly string[] = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']

/** The folders of headers that the binding includes from, directly or not: 5 of the wheel's 268 MB. */
const headerFolders = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/', 'xla/tsl/']

/**
 * Unpacks the libraries of a wheel into an installation, and the headers into `include`, which is not needed after
 * compilation. Python's files stay in the wheel: 0.85 of 1.3 GB are unpacked.
 */
export async function takeFromWheel(
  wheel: string,
  prefix: string,
  include: string,
  { note, signal }: { readonly note: (text: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const from = 'tensorflow/include/'
  const place = (name: string): string | undefined => {
    if (libraryNames.some((library) => name === `tensorflow/${library}`))
      return join(librariesFolder(prefix), name.slice('tensorflow/'.length))
    if (/^[^/]+\.dist-info\/(METADATA|LICENSE)/.test(name)) return join(prefix, 'site', name)
    const wanted = headerFolders.some((folder) => name.startsWith(from + folder))
    return wanted ? join(include, name.slice(from.length)) : undefined
  }
  let last = 0
  await unpackWheel(wheel, {
    place,
    signal,
    progress: (bytes, total) => {
      if (performance.now() - last < 100 && bytes < total) return
      last = performance.now()
      note(showShare(bytes, total))
    },
  })
}

/** Copies the libraries of an unpacked `tensorflow` folder into an installation; headers are used where they lie. */
export async function takeFromFolder(folder: string, prefix: string): Promise<void> {
  const target = librariesFolder(prefix)
  await mkdir(target, { recursive: true })
  for (const name of libraryNames) await cp(join(folder, name), join(target, name), { dereference: true })
}

/** Whether a folder is an unpacked `tensorflow` package with libraries and headers. */
export async function isTensorflowFolder(folder: string): Promise<boolean> {
  const needed = [...libraryNames, join('include', 'tensorflow', 'c', 'c_api.h')]
  return (await Promise.allSettled(needed.map((name) => access(join(folder, name))))).every(
    ({ status }) => status === 'fulfilled',
  )
}
