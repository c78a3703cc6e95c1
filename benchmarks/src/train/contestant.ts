import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { LockstepError } from '@lockstep/core'
import type { Answer, Ask, Command, Reply } from './protocol.ts'

/** How a contestant's process is started. */
export interface ContestantSpec {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly variant: string
  readonly env?: Readonly<Record<string, string>>
  /** False where its learner of the example's name has another rule than ours. */
  readonly sameRule?: boolean
}

/** One side of a race: it computes only between a request and its answer. */
export interface Racer extends AsyncDisposable {
  readonly spec: ContestantSpec
  /** Sends a request and waits for its answer; rejects with `engine-failure` when the process fails or dies. */
  request<C extends Command>(command: C, ask: Ask<C>): Promise<Reply<C>>
  /** Processor time of all its threads so far, in milliseconds; undefined where the system does not tell. */
  cpuMs(): number | undefined
}

/** A side that is one process. */
export class Contestant implements Racer {
  readonly spec: ContestantSpec
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #lines: AsyncIterator<string>
  readonly #reader: Interface
  readonly #exited: Promise<void>
  #complaints = ''

  constructor(spec: ContestantSpec) {
    this.spec = spec
    this.#child = spawn(spec.program, spec.args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...spec.env },
    })
    // A process that could not start, or has died, shows as the end of its output.
    this.#exited = new Promise((resolve) => {
      this.#child.once('close', () => resolve()).once('error', (error) => this.#complain(`${error.message}\n`))
    })
    this.#child.stdin.on('error', (error) => this.#complain(`${error.message}\n`))
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#complain(text))
    this.#reader = createInterface({ input: this.#child.stdout })
    this.#lines = this.#reader[Symbol.asyncIterator]()
  }

  async request<C extends Command>(command: C, ask: Ask<C>): Promise<Reply<C>> {
    this.#child.stdin.write(`${JSON.stringify({ command, ...ask })}\n`)
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done) throw this.#failure(command, `its process ended\n${this.#complaints}`)
      if (!value.startsWith('{"ok":')) {
        this.#complain(`${value}\n`)
        continue
      }
      const answer = JSON.parse(value) as Answer
      if (!answer.ok) throw this.#failure(command, answer.error)
      return answer as unknown as Reply<C>
    }
  }

  cpuMs(): number | undefined {
    if (process.platform !== 'linux' || this.#child.pid === undefined) return undefined
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; utime and stime are the 14th and 15th fields, in ticks of 10 ms.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return 10 * (Number(fields[11]) + Number(fields[12]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end()
    const overdue = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
    await this.#exited
    clearTimeout(overdue)
    this.#reader.close()
  }

  #complain(text: string): void {
    this.#complaints = (this.#complaints + text).slice(-4000)
  }

  #failure(command: Command, reason: string): LockstepError {
    const { name, program } = this.spec
    const message = `${name} did not answer '${command}': ${reason}\nIt was started as: ${program} ${this.spec.args.join(' ')}`
    return new LockstepError('engine-failure', { engine: name }, message)
  }
}
