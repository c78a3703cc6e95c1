import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '@lockstep/core/node'
import { peersSource } from '../peers.ts'
import type { Cell, Timing } from './cells.ts'
import { cellArgument } from './cells.ts'

const run = promisify(execFile)

/** A program to compare with. */
export interface NativePeer {
  readonly name: string
  /** Rejects where it fails. */
  turn(worldSize: number, cells: readonly Cell[]): Promise<readonly Timing[]>
}

/** A peer that is not there, and what brings it. */
export interface Missing {
  readonly name: string
  readonly reason: string
}

interface Source {
  readonly file: string
  readonly compiler: string
  readonly libraries: readonly string[]
  /** Its Debian packages. */
  readonly packages: string
}

const sources: Readonly<Record<'floor' | 'mpi' | 'gloo', Source>> = {
  floor: { file: 'floor.c', compiler: 'gcc', libraries: [], packages: 'gcc libc6-dev' },
  mpi: { file: 'mpi.c', compiler: 'mpicc', libraries: [], packages: 'openmpi-bin libopenmpi-dev' },
  gloo: { file: 'gloo.cc', compiler: 'g++', libraries: ['-lgloo', '-lpthread'], packages: 'g++ libgloo-dev' },
}

const mpirun = ['--allow-run-as-root', '--oversubscribe', '-np'] as const

/** What Open MPI is told where it is tuned: the segmented ring, and memory that stays with the process. */
const tuned = {
  args: [
    ...['--mca', 'coll_tuned_use_dynamic_rules', '1'],
    ...['--mca', 'coll_tuned_allreduce_algorithm', '5'],
    ...['--mca', 'coll_tuned_allreduce_algorithm_segmentsize', '131072'],
  ],
  env: {
    MALLOC_MMAP_THRESHOLD_: '4294967296',
    MALLOC_TRIM_THRESHOLD_: '17179869184',
    MALLOC_TOP_PAD_: '67108864',
  },
}

/** Compiles the peers into the user's cache, and says which of them cannot be. */
export async function nativePeers(): Promise<{ peers: NativePeer[]; missing: Missing[] }> {
  const [peers, missing]: [NativePeer[], Missing[]] = [[], []]
  for (const name of ['floor', 'mpi', 'gloo'] as const) {
    try {
      peers.push(...programs[name](await compiled(name)))
    } catch (error) {
      const [reason] = (error as Error).message.split('\n').slice(-1)
      missing.push({ name, reason: `${reason}; on Debian: apt-get install -y ${sources[name].packages}` })
    }
  }
  return { peers, missing }
}

const programs: Readonly<Record<keyof typeof sources, (program: string) => NativePeer[]>> = {
  floor: (program) => [
    { name: 'C floor', turn: (size, cells) => timings(program, [String(size), ...cells.map(cellArgument)]) },
  ],
  mpi: (program) => [
    {
      name: 'Open MPI',
      turn: (size, cells) => timings('mpirun', [...mpirun, String(size), program, ...cells.map(cellArgument)]),
    },
    {
      name: 'Open MPI, tuned',
      turn: (size, cells) =>
        timings('mpirun', [...tuned.args, ...mpirun, String(size), program, ...cells.map(cellArgument)], tuned.env),
    },
  ],
  gloo: (program) => [glooPeer('Gloo ring', 'ring', program), glooPeer('Gloo halving', 'halving', program)],
}

function glooPeer(name: string, algorithm: string, program: string): NativePeer {
  return {
    name,
    async turn(size, cells) {
      const folder = mkdtempSync(join(tmpdir(), 'lockstep-gloo-'))
      try {
        return await timings(program, [algorithm, folder, String(size), ...cells.map(cellArgument)])
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  }
}

async function compiled(name: keyof typeof sources): Promise<string> {
  const { file, compiler, libraries } = sources[name]
  const source = join(peersSource, 'all-reduce', file)
  const folder = cacheFolder('all-reduce-peers')
  const program = join(folder, name)
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return program
  mkdirSync(folder, { recursive: true })
  await run(compiler, ['-O3', '-march=native', '-o', program, source, ...libraries])
  return program
}

async function timings(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Timing[]> {
  const { stdout } = await run(program, args, { env: { ...process.env, ...env }, timeout: 120_000 })
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Timing)
}
