import { execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answers, GpuTask, Race, Reply, SpeedAnswer } from './gpu-protocol.ts'

/** What became of one part of the benchmark: an answer, or why there is none. */
export type Outcome<T> =
  | { readonly ok: true; readonly answer: T; readonly peakMemoryBytes?: number }
  | { readonly ok: false; readonly reason: string }

// Built code, also where this file is run from its source, since another process can run nothing else.
const program = fileURLToPath(new URL('../../dist/gpu/gpu-program.js', import.meta.url))
const peer = fileURLToPath(new URL('../../peers/torch_gpu.py', import.meta.url))

/** One of our tasks in a process of its own, so that what crashes or hangs stops nothing else. */
export function runOurs<K extends GpuTask['kind']>(
  task: Extract<GpuTask, { kind: K }>,
  timeoutMs: number,
): Promise<Outcome<Answers[K]>> {
  return runProgram<Answers[K]>(process.execPath, [program, JSON.stringify(task)], timeoutMs)
}

/** The same race in PyTorch. */
export function runTorch(
  python: string,
  race: Race & { readonly device: string; readonly compile: boolean },
  timeoutMs: number,
): Promise<Outcome<SpeedAnswer>> {
  return runProgram<SpeedAnswer>(python, [peer, JSON.stringify(race)], timeoutMs)
}

function runProgram<T>(command: string, args: readonly string[], timeoutMs: number): Promise<Outcome<T>> {
  const meter = memoryMeter()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [printed, complaints] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-1e6)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000)
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  return new Promise((resolve) => {
    const end = (problem: string): void => {
      clearTimeout(timer)
      const peak = meter.stop()
      const answer = answerIn<T>(printed)
      if (answer === undefined) resolve({ ok: false, reason: `${problem}\n${complaints.trim()}`.trim() })
      else resolve({ ok: true, answer, ...(peak !== undefined && { peakMemoryBytes: peak }) })
    }
    child.once('error', (error) => end(error.message))
    child.once('close', (code, signal) =>
      end(signal === 'SIGKILL' ? `no end within ${timeoutMs / 1000} s` : `it ended with ${signal ?? code}`),
    )
  })
}

function answerIn<T>(printed: string): T | undefined {
  const line = printed.trim().split('\n').at(-1) ?? ''
  return line.startsWith('{"ok":')
    ? (JSON.parse(line) as Reply<keyof Answers> & { readonly answer: T }).answer
    : undefined
}

/** The most memory that was taken on the first GPU beyond what was at the beginning; undefined where none is asked. */
function memoryMeter(): { stop(): number | undefined } {
  const first = usedMebibytes()
  if (first === undefined) return { stop: () => undefined }
  let most = first
  const look = (): void => {
    most = Math.max(most, usedMebibytes() ?? 0)
  }
  const timer = setInterval(look, 1000)
  return {
    stop: () => {
      clearInterval(timer)
      return (most - first) * 2 ** 20
    },
  }
}

function usedMebibytes(): number | undefined {
  try {
    const args = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', '-i', '0']
    return Number(execFileSync('nvidia-smi', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}
