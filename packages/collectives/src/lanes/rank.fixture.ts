/** The program of a rank in tests: sums over a lane until something goes wrong, and tells its parent what. */
import { isLockstepError } from '@lockstep/core/errors'
import { communicator } from '../communicator.ts'
import type { Transport } from '../transport.ts'
import { joinFileWindow } from './file/file-transport.ts'
import type { RankPlace } from './lane-options.ts'
import { joinShmWindow } from './shm/shm-transport.ts'
import { type TcpAddress, type TcpEndpoint, tcpEndpoint } from './tcp/tcp-endpoint.ts'

/** What the parent tells a rank at first. */
export interface RankTask {
  readonly lane: 'shm' | 'file' | 'tcp'
  readonly rank: number
  readonly worldSize: number
  /** Of the window. */
  readonly path: string
  /** Of an array to sum. */
  readonly length: number
  readonly timeoutMs: number
}

/** What it tells later: where all ranks are. */
export interface Places {
  readonly addresses: readonly (TcpAddress | undefined)[]
  readonly places: readonly RankPlace[]
}

/** What a rank tells its parent. */
export type Report =
  | { readonly kind: 'address'; readonly address: TcpAddress | undefined }
  | { readonly kind: 'summing' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly details: unknown }

const report = (message: Report): boolean | undefined => process.send?.(message)
const next = <T>(): Promise<T> => new Promise((resolve) => process.once('message', (message) => resolve(message as T)))

async function open(task: RankTask): Promise<Transport> {
  const options = { ...task, job: 'processes', generation: 0 }
  const endpoint = task.lane === 'tcp' ? await tcpEndpoint(options) : undefined
  const placed = next<Places>()
  report({ kind: 'address', address: endpoint?.address })
  const { addresses, places } = await placed
  if (endpoint) return connect(endpoint, task.rank, addresses)
  return task.lane === 'shm' ? joinShmWindow({ ...options, places }) : joinFileWindow({ ...options, places })
}

function connect(endpoint: TcpEndpoint, rank: number, addresses: Places['addresses']): Promise<Transport> {
  const peers = [...addresses.entries()].filter(([peer]) => peer !== rank)
  return endpoint.connect(new Map(peers as [number, TcpAddress][]))
}

const task = await next<RankTask>()
const group = communicator(await open(task), { timeoutMs: task.timeoutMs })
process.on('message', (reason: string) => group.abort(new Error(reason)))
try {
  const array = group.allocate(task.length)
  await group.allReduce(array)
  report({ kind: 'summing' })
  for (;;) await group.allReduce(array)
} catch (error) {
  const { code, details, message } = isLockstepError(error) ? error : { code: '', details: {}, message: String(error) }
  report({ kind: 'failed', code, details, message })
  process.disconnect()
}
