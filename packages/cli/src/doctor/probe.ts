import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Device } from '@lockstep/core'
import type { ProbeMessage, ProbeTask } from './probe-messages.ts'
import type { ProbeResult } from './probe-model.ts'

/** What became of a child process that tried a backend. */
export interface Probed {
  /** As far as it came. */
  readonly devices: readonly Device[]
  readonly result?: ProbeResult
  readonly failure?: Failure
}

/** Why a backend cannot be used. */
export interface Failure {
  /** True where something is only not installed, or a device not there. */
  readonly missing: boolean
  readonly reason: string
  /** The command that mends it, where one is known. */
  readonly remedy?: string
}

/** How the child process is run. */
export interface ProbeOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

const child = fileURLToPath(new URL('./probe-child.js', import.meta.url))

/**
 * Tries a backend in a process of its own, since some libraries cannot be loaded side by side and a native one may
 * take its process with it. Rejects only with the reason of `signal`.
 */
export async function probe(task: ProbeTask, { timeoutMs, signal }: ProbeOptions): Promise<Probed> {
  signal?.throwIfAborted()
  const env = { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env }
  const running = fork(child, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env, execArgv: [] })
  const printed = lastOutput(running)
  const messages: ProbeMessage[] = []
  running.on('message', (message: ProbeMessage) => messages.push(message))
  const kill = (): boolean => running.kill('SIGKILL')
  let late = false
  const timer = setTimeout(() => {
    late = true
    kill()
  }, timeoutMs)
  signal?.addEventListener('abort', kill)
  running.send(task)
  const ending = await new Promise<string>((resolve) => {
    running.on('error', (error) => resolve(error.message))
    running.on('close', (code, name) => resolve(name ?? `exit code ${code}`))
  })
  clearTimeout(timer)
  signal?.removeEventListener('abort', kill)
  signal?.throwIfAborted()
  const problem = late ? `it gave no answer within ${timeoutMs / 1000} s` : `its process crashed (${ending})`
  return outcome(messages, task, () => [problem, ...printed()].join('\n'))
}

function outcome(messages: readonly ProbeMessage[], { listOnly }: ProbeTask, problem: () => string): Probed {
  const found: { devices: readonly Device[]; result?: ProbeResult; failure?: Failure } = { devices: [] }
  for (const message of messages) {
    if (message.kind === 'devices') found.devices = message.devices
    else if (message.kind === 'trained') found.result = message
    else found.failure = message
  }
  const done = found.failure !== undefined || found.result !== undefined || (listOnly && found.devices.length > 0)
  return done ? found : { ...found, failure: { missing: false, reason: problem() } }
}

/** The last lines that a process prints, for the case that it can say nothing else. */
function lastOutput({ stdout, stderr }: ReturnType<typeof fork>): () => readonly string[] {
  let text = ''
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-4000)
    })
  }
  return () => (text.trim() === '' ? [] : text.trimEnd().split('\n').slice(-5))
}
