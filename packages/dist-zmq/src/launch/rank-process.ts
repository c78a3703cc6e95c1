import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { constants } from 'node:os'
import { LastLines, PrefixedLines } from './line-output.ts'

/** What starts a rank. */
export interface RankCommand {
  readonly program: string
  readonly args: readonly string[]
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Written to its standard input, which then stays open as long as the launcher lives. */
  readonly input?: string
  /** An IPC channel for values of any structure. */
  readonly channel?: boolean
}

export interface RankOptions extends RankCommand {
  readonly rank: number
  readonly host: string | undefined
  /** Takes everything that it prints. */
  readonly logFile: string
  readonly write: { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void }
}

/** How a rank ended. */
export interface RankEnd {
  readonly rank: number
  readonly host: string | undefined
  readonly pid: number | undefined
  /** What a shell would say: 128 and the signal's number where a signal ended it; 127 where it did not start. */
  readonly exitCode: number
  /** `exit code 1`, `SIGKILL`, `spawn node ENOENT`. */
  readonly how: string
}

const keptLines = 12

/** One rank as a process of this machine, with what it prints going to the caller and to its log. */
export class RankProcess {
  readonly child: ChildProcess
  /** Resolves, never rejects, when the process is no more; what it printed may still be under way. */
  readonly exited: Promise<RankEnd>
  /** Resolves when everything it printed has been handed on and written. */
  readonly closed: Promise<void>
  readonly #last = new LastLines(keptLines)

  constructor(options: RankOptions) {
    const { rank, program, args, env, cwd, input, channel = false } = options
    this.child = spawn(program, args, {
      env,
      ...(cwd === undefined ? {} : { cwd }),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])],
      ...(channel && { serialization: 'advanced' as const }),
      // A group of its own: what a rank starts is ended with it.
      detached: process.platform !== 'win32',
    })
    // A rank that has ended already does not read it.
    this.child.stdin?.on('error', () => undefined)
    if (input !== undefined) this.child.stdin?.write(input)
    this.exited = exitOf(this.child, options)
    const log = createWriteStream(options.logFile)
    for (const name of ['stdout', 'stderr'] as const)
      this.#forward(name, log, new PrefixedLines(`[${rank}] `, options.write[name]))
    this.closed = closing(this.child, log)
  }

  get lastLines(): readonly string[] {
    return this.#last.lines
  }

  /** Sends a signal to the rank and to everything it started; nothing where they have ended. */
  kill(signal: NodeJS.Signals): void {
    const { pid } = this.child
    if (pid === undefined) return
    try {
      if (process.platform === 'win32') this.child.kill(signal)
      else process.kill(-pid, signal)
    } catch {
      // There is no such group any more.
    }
  }

  #forward(name: 'stdout' | 'stderr', log: WriteStream, lines: PrefixedLines): void {
    const stream = this.child[name]
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log.write(text)
      this.#last.add(text)
      lines.add(text)
    })
    stream?.on('end', () => lines.end())
  }
}

function exitOf(child: ChildProcess, { rank, host }: RankOptions): Promise<RankEnd> {
  return new Promise((resolve) => {
    const end = (exitCode: number, how: string): void => resolve({ rank, host, pid: child.pid, exitCode, how })
    child.on('error', (error) => {
      if (child.pid === undefined) end(127, error.message)
    })
    child.on('exit', (code, signal) => {
      if (signal !== null) end(128 + constants.signals[signal], signal)
      else end(code ?? 1, `exit code ${code}`)
    })
  })
}

function closing(child: ChildProcess, log: WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // A log that cannot be written must not end the training it is about.
    log.on('error', () => resolve())
    const finish = (): void => void log.end(() => resolve())
    child.on('close', finish)
    child.on('error', () => {
      if (child.pid === undefined) finish()
    })
  })
}
