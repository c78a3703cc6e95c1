/** A program: `gpu run` without the rest of the benchmarks, for what `gpu pack` carries. */
import { gpuProgram } from './gpu-main.ts'

await gpuProgram()
