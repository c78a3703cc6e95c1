import { mkdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { LockstepError } from '@lockstep/core/errors'
import { lastLines, runProgram } from '../run/run-program.ts'
import { libraryNames } from './libraries.ts'
import { librariesFolder, packageFolder, type Variant } from './variant.ts'

/** What a binding is compiled with. */
export interface CompileOptions {
  readonly compiler: string
  /** The folder of TensorFlow's headers: the one that holds `tensorflow/c/c_api.h`. */
  readonly include: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Compiles the two source files of tfjs-node against the libraries in an installation. The result finds them relative
 * to itself, so that the whole folder can be moved.
 */
export async function compileBinding(prefix: string, variant: Variant, options: CompileOptions): Promise<void> {
  const { compiler, include, signal } = options
  const folder = packageFolder(prefix, variant)
  const binding = join(folder, 'lib', 'napi-v8', 'tfjs_binding.node')
  const libraries = librariesFolder(prefix)
  await mkdir(dirname(binding), { recursive: true })
  const args = [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8'],
    ...[`-I${join(prefix, 'node_modules', 'node-api-headers', 'include')}`, `-I${folder}`, `-I${include}`],
    ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc', '-o', binding],
    ...libraryNames.map((name) => join(libraries, name)),
    `-Wl,-rpath,$ORIGIN/${relative(dirname(binding), libraries)}`,
  ]
  const result = await runProgram(compiler, args, { cwd: folder, signal })
  if (result.ok) return
  throw new LockstepError(
    'engine-failure',
    { engine: compiler },
    `${compiler} could not compile the binding to TensorFlow (${result.problem}); expected a compiler of C++17.\n` +
      `${[compiler, ...args].join(' ')}\n${lastLines(result, 20)}`,
  )
}
