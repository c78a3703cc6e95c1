import { spawn } from 'node:child_process'

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string
  /** Added to this process' own environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number
  /** Called with everything that the program prints, as it comes. */
  readonly onOutput?: ((text: string) => void) | undefined
}

/** How a program ended. It may not have started at all: `problem` says why. */
export interface RunResult {
  readonly ok: boolean
  /** `exit code 1`, `SIGSEGV`, `not found`, `no end within 60 s` … where it is not ok. */
  readonly problem: string
  readonly stdout: string
  readonly stderr: string
}

const keptCharacters = 1 << 20

/** Runs a program to its end. Rejects only with the reason of `signal`; every failure of the program is a result. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { cwd, env, signal, timeoutMs, onOutput } = options
  signal?.throwIfAborted()
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what the program starts ends with it: a compiler is several programs.
    detached: process.platform !== 'win32',
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] = (output[name] + text).slice(-keptCharacters)
      onOutput?.(text)
    })
  }
  const late = limit(timeoutMs, () => killGroup(child, 'SIGKILL'))
  const kill = (): void => killGroup(child, 'SIGTERM')
  signal?.addEventListener('abort', kill)
  try {
    const problem = await ending(child)
    signal?.throwIfAborted()
    return {
      ok: problem === '',
      problem: late.passed ? `no end within ${(timeoutMs ?? 0) / 1000} s` : problem,
      ...output,
    }
  } finally {
    late.clear()
    signal?.removeEventListener('abort', kill)
  }
}

function killGroup(child: ReturnType<typeof spawn>, signal: NodeJS.Signals): void {
  try {
    if (process.platform === 'win32' || child.pid === undefined) child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // It ended by itself just now.
  }
}

/** What is wrong with how a child process ended; empty when nothing is. */
function ending(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENOENT' ? 'not found' : error.message))
    child.on('close', (code, signal) => resolve(code === 0 ? '' : (signal ?? `exit code ${code}`)))
  })
}

function limit(milliseconds: number | undefined, act: () => void): { readonly passed: boolean; clear(): void } {
  let passed = false
  const timer =
    milliseconds === undefined
      ? undefined
      : setTimeout(() => {
          passed = true
          act()
        }, milliseconds)
  return {
    get passed() {
      return passed
    },
    clear: () => clearTimeout(timer),
  }
}

/** The last lines that a program printed, where it says what went wrong. */
export function lastLines({ stdout, stderr }: RunResult, count = 12): string {
  const text = stderr.trim() === '' ? stdout : stderr
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
