import type { BackendDescriptor, Device } from '@lockstep/core'
import { LockstepError } from '@lockstep/core/errors'

/** A backend with one of its engines: one to be tried. */
export interface Candidate extends BackendDescriptor {
  readonly backend: string
  readonly engine: string
  /** The command that installs the module. */
  readonly remedy: string
  /** Kinds of devices that it computes on where they are there. */
  readonly kinds?: readonly Device['kind'][]
}

const onnx = { backend: 'onnx', module: '@lockstep/backend-onnx', factory: 'onnx' }
const tfjs = { backend: 'tfjs', module: '@lockstep/backend-tfjs', factory: 'tfjs' }

/** The backend that all others are compared with. */
export const referenceCandidate: Candidate = {
  backend: 'reference',
  engine: 'float64',
  module: '@lockstep/backend-reference',
  factory: 'reference',
  options: {},
  remedy: 'npm install @lockstep/backend-reference',
}

/** Every engine of every backend of ours; the reference first. */
export const allCandidates: readonly Candidate[] = [
  referenceCandidate,
  { ...withEngine(onnx, 'c-api'), kinds: ['cpu', 'webgpu', 'cuda'] },
  withEngine(onnx, 'js'),
  ...['tensorflow-gpu', 'tensorflow', 'wasm', 'cpu'].map((engine) => withEngine(tfjs, engine)),
]

/** The candidate of that engine; throws where there is none. */
export function candidateOf(backend: string, engine: string): Candidate {
  const found = allCandidates.find((candidate) => candidate.backend === backend && candidate.engine === engine)
  if (found !== undefined) return found
  const [name, known] = [`${backend} ${engine}`, allCandidates.map(({ backend, engine }) => `${backend} ${engine}`)]
  throw new LockstepError('unknown-name', { name, known }, `unknown engine '${name}' (known: ${known.join(', ')})`)
}

function withEngine(backend: Pick<Candidate, 'backend' | 'module' | 'factory'>, engine: string): Candidate {
  return { ...backend, engine, options: { engine }, remedy: `npm install ${backend.module}` }
}
