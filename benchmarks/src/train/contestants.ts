import { fileURLToPath } from 'node:url'
import type { BackendName } from '../backends.ts'
import { peersPython, peersSource } from '../peers.ts'
import { tfjsPrefix } from '../tfjs-prefix.ts'
import type { ContestantSpec } from './contestant.ts'
import { matmulName, productSize } from './matmul-share.ts'
import type { ModelName } from './protocol.ts'

/** Who runs beside ours; `matmul` is no peer but a measure: the matrix products of our own tfjs engine. */
export type PeerName = 'torch' | 'tfjs-layers' | 'matmul' | 'none'

/** Which of our backends races, on which engine (undefined: the best installed), with whom beside it. */
export interface Lineup {
  readonly backend: Exclude<BackendName, 'reference'>
  readonly engine?: string
  readonly peer: PeerName
  readonly threads: number
}

/**
 * The peer where none was chosen. On wasm tfjs-layers cannot train a CNN, so that our steps are held against the engine's own
 * matrix products; plain JavaScript is held against nothing.
 */
export function peerFor({ backend, engine }: Pick<Lineup, 'backend' | 'engine'>): PeerName {
  if (backend === 'onnx') return 'torch'
  if (engine?.startsWith('tensorflow')) return 'tfjs-layers'
  return engine === 'cpu' ? 'none' : 'matmul'
}

/** Ours first; then the peer in each way of running it that may be the fastest. */
export function contestantsOf(model: ModelName, lineup: Lineup): ContestantSpec[] {
  return [ours(lineup), ...peers[lineup.peer](model, lineup)]
}

/** Who can run beside ours, and how they are started. */
export const peers: Readonly<Record<PeerName, (model: ModelName, lineup: Lineup) => ContestantSpec[]>> = {
  torch: (model, { threads }) => {
    const eager = torch('torch eager', 'eager', threads)
    return model === 'mlp' ? [eager] : [eager, torch('torch channels_last', 'channels_last', threads)]
  },
  'tfjs-layers': (_, { backend, engine = 'tensorflow', threads }) => {
    const variant = backend === 'tfjs' ? engine : 'tensorflow'
    const prefix = tfjsPrefix(variant)
    return [
      {
        name: 'tfjs-layers',
        program: process.execPath,
        args: [`${peersSource}tfjs-layers.mjs`, prefix.folder, prefix.package],
        variant,
        env: tensorflowThreads(threads),
        // ε inside RMSprop's root, and an Adadelta that is none.
        sameRule: false,
      },
    ]
  },
  matmul: (_, { engine = 'wasm' }) => [
    {
      name: matmulName,
      program: process.execPath,
      args: [`${peersSource}tfjs-matmul.mjs`, String(productSize)],
      variant: engine,
    },
  ],
  none: () => [],
}

/** Lockstep's side. */
export function ours({ backend, engine, threads }: Lineup): ContestantSpec {
  return {
    name: 'lockstep',
    program: process.execPath,
    args: [fileURLToPath(new URL('./ours.js', import.meta.url)), backend],
    variant: engine ?? 'auto',
    ...(backend === 'tfjs' && { env: tensorflowThreads(threads) }),
  }
}

/** PyTorch's side in one of its memory formats. */
export function torch(name: string, variant: string, threads: number): ContestantSpec {
  return {
    name,
    program: peersPython(),
    args: [`${peersSource}torch_train.py`],
    variant,
    env: { OMP_NUM_THREADS: String(threads) },
  }
}

/** TensorFlow reads these where its context is made without options, as tfjs-node makes it. */
function tensorflowThreads(threads: number): Record<string, string> {
  return { TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: '1' }
}
