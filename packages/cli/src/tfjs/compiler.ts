import { LockstepError } from '@lockstep/core/errors'
import { runProgram } from '../run/run-program.ts'

/** The C++ compiler: `$CXX` where it is set, else the first of those that are usual. Throws `unavailable`. */
export async function findCompiler(signal?: AbortSignal): Promise<string> {
  const named = process.env['CXX']
  const candidates = named ? [named] : ['g++', 'clang++', 'c++']
  for (const compiler of candidates) {
    const { ok } = await runProgram(compiler, ['--version'], { signal, timeoutMs: 60_000 })
    if (ok) return compiler
  }
  const remedy = 'install one (Debian: apt install g++; Fedora: dnf install gcc-c++), or name it in the variable CXX'
  throw new LockstepError(
    'unavailable',
    { what: 'a C++ compiler', remedy },
    `the binding to TensorFlow has to be compiled, and there is no C++ compiler here (tried ${candidates.join(', ')}); ${remedy}`,
  )
}
