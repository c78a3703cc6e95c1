import { parentPort, workerData } from 'node:worker_threads'
import { abortedBy } from '../control/blame.ts'
import { fromReason, type Reason, toReason } from '../reason.ts'
import {
  type Allocation,
  type Answer,
  board,
  bytesSentAt,
  type Call,
  type Command,
  sharing,
  type ThreadData,
} from '../thread/protocol.ts'
import { type Group, openGroup } from './open-group.ts'
import { ProgressReport } from './progress-report.ts'
import { serve, showCall } from './serve.ts'

/** How often a rank says how far it is. */
const reportMs = 500

const { settings, shared, allocations } = workerData as ThreadData
const state = new Int32Array(shared)
const figures = new Float64Array(shared)
const report = new ProgressReport()
/** The memories that the main thread was given, by number. */
const windows = new Map<number, ArrayBufferLike>()
let group: Group | undefined
let reports: NodeJS.Timeout | undefined
let over = false

const say = (answer: Answer): void => parentPort?.postMessage(answer)
const asReason = (error: unknown) => toReason(error, settings.rank)

async function start(): Promise<void> {
  try {
    group = await openGroup(settings, report, (line) => say({ kind: 'log', line }))
  } catch (error) {
    say({ kind: 'failed', reason: asReason(error) })
    return finish()
  }
  reports = setInterval(tell, reportMs)
  const { communicator, plane } = group
  void plane.ended.then((reason) => say({ kind: 'closed', reason: asReason(reason) }))
  const { generation, members } = plane
  const lanes = members.map(({ rank }) => (rank === settings.rank ? '' : communicator.lane(rank)))
  say({ kind: 'formed', group: { generation, members, lanes } })
}

/** Says how far this rank is. */
function tell(): void {
  if (!group) return
  figures[bytesSentAt] = group.communicator.bytesSent
  group.plane.report(report.progress)
}

async function answer(id: number, call: Call): Promise<void> {
  if (!group) return
  const { communicator } = group
  // Exchanges of two ranks are none of the others' calls.
  const done = call.kind === 'send' || call.kind === 'receive' ? () => {} : report.begin(showCall(call))
  try {
    const value = await serve(communicator, windows, call)
    figures[bytesSentAt] = communicator.bytesSent
    say({ kind: 'done', id, ...(value ? { value } : {}) })
  } catch (error) {
    if (!(await groupEnds())) say({ kind: 'rejected', id, reason: asReason(error) })
  } finally {
    done()
  }
}

/** Whether a call failed since the group has ended: then all calls reject with the one reason that the hub finds. */
async function groupEnds(): Promise<boolean> {
  const ends = group?.communicator.closed.then(() => true)
  const goesOn = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))
  return (await Promise.race([ends, goesOn])) === true
}

function allocate(window: number, length: number): void {
  const array = group?.communicator.allocate(length)
  if (array) windows.set(window, array.buffer)
  allocations.postMessage({ window, array } satisfies Allocation)
  Atomics.store(state, board.allocated, 1)
  Atomics.notify(state, board.allocated)
}

/** While the main thread waits, unless it has given up: then nothing may be moved any more. */
function share(array: Float32Array): void {
  if (Atomics.compareExchange(state, board.sharing, sharing.asked, sharing.begun) !== sharing.asked) return
  try {
    group?.adopt?.(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
  } catch (error) {
    say({ kind: 'log', line: `gradients are copied on their way: ${(error as Error).message}` })
  }
  Atomics.store(state, board.sharing, sharing.done)
  Atomics.notify(state, board.sharing)
}

function abort(reason: Reason): void {
  if (group) group.communicator.abort(fromReason(abortedBy(group.plane.self, reason)))
}

async function leave(): Promise<void> {
  if (over) return
  over = true
  clearInterval(reports)
  await group?.close()
  finish()
}

/** Ends the thread: with no socket open, or the addon would take the whole process along. */
function finish(): void {
  Atomics.store(state, board.closed, 1)
  Atomics.notify(state, board.closed)
  allocations.close()
  parentPort?.close()
}

parentPort?.on('message', (command: Command) => {
  if (command.kind === 'call') void answer(command.id, command.call)
  else if (command.kind === 'allocate') allocate(command.window, command.length)
  else if (command.kind === 'share') share(command.array)
  else if (command.kind === 'abort') abort(command.reason)
  else void leave()
})

// Dying of an error with open sockets would take the process along, without a word about the error.
process.on('uncaughtException', (error) => {
  say({ kind: 'failed', reason: asReason(error) })
  group?.communicator.abort(error)
  void leave()
})

await start()
