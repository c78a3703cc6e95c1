import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type CudaPart, cudaParts } from './cuda-parts.ts'

/**
 * Links the libraries of a part that lie in another folder into an installation. Every one there is linked, since a
 * library looks for its companions beside the path that it was loaded by.
 */
export async function linkLibraries(part: CudaPart, source: string, folder: string): Promise<void> {
  const target = join(folder, 'nvidia', part.distribution, 'lib')
  await mkdir(target, { recursive: true })
  const stem = (name: string): string => name.slice(0, name.indexOf('.so'))
  const stems = part.libraries.map(stem)
  const names = await readdir(source)
  const wanted = names.filter((name) => name.includes('.so') && stems.some((start) => stem(name).startsWith(start)))
  for (const name of wanted) await symlink(join(source, name), join(target, name))
}

/** Every library that the provider needs, in the order of loading: those of an installation by path, others by name. */
export async function installedLibraries(folder: string, cuda: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'nvidia'), { recursive: true }).catch(() => [])
  const pathOf = (library: string): string => {
    const found = names.find((name) => name.endsWith(`/${library}`))
    return found === undefined ? library : join(folder, 'nvidia', found)
  }
  return cudaParts(cuda).flatMap(({ libraries }) => libraries.map(pathOf))
}
