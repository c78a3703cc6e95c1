import { open, stat } from 'node:fs/promises'

export interface TransferOptions {
  /** Milliseconds a server may stay silent, before its answer and within it. */
  readonly patience: number
  /** Told after every piece: bytes on disk and, where the server says so, bytes in all. */
  readonly onProgress?: (received: number, total: number | undefined) => void
}

/**
 * Fetches `url` into the file `part`, going on where the file ends when it is there already; a server that does not
 * know ranges sends everything, which replaces it. What has arrived stays on disk when the promise rejects. Whether
 * the bytes are the right ones is for the caller to check, above all after a resumed transfer.
 */
export async function transfer(url: string, part: string, { patience, onProgress }: TransferOptions): Promise<void> {
  const silence = watchSilence(patience)
  try {
    const present = await sizeOf(part)
    const response = await fetch(url, { headers: requestHeaders(present), signal: silence.signal })
    // Nothing follows the bytes that are there already.
    if (response.status === 416 && present > 0) return await response.body?.cancel()
    checkStatus(response, present)
    const start = response.status === 206 ? present : 0
    const total = totalOf(response, start)
    await append(part, start, response, (received) => {
      silence.broken()
      onProgress?.(received, total)
    })
  } finally {
    silence.end()
  }
}

/** Length of a file; 0 when it is not there. */
export async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}

/** What went wrong with a transfer, in a few words. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  // `fetch` says 'fetch failed' or 'terminated'; why is in the cause, whose message is empty if several addresses failed.
  return cause.message || String((cause as NodeJS.ErrnoException).code ?? error.message)
}

function requestHeaders(present: number): Record<string, string> {
  // `fetch` would otherwise unpack what a server packs on the way, and offsets would count other bytes.
  const plain = { 'accept-encoding': 'identity' }
  return present > 0 ? { ...plain, range: `bytes=${present}-` } : plain
}

function checkStatus(response: Response, present: number): void {
  if (response.status !== 200 && response.status !== 206) {
    throw new Error(`HTTP ${response.status} ${response.statusText}`.trimEnd())
  }
  const range = response.headers.get('content-range') ?? 'none'
  if (response.status === 206 && !range.startsWith(`bytes ${present}-`)) {
    throw new Error(`asked for bytes from ${present} on, the answer's content-range is '${range}'`)
  }
}

function totalOf(response: Response, start: number): number | undefined {
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  return Number.isFinite(length) ? start + length : undefined
}

async function append(
  part: string,
  start: number,
  response: Response,
  onPiece: (received: number) => void,
): Promise<void> {
  const file = await open(part, start > 0 ? 'a' : 'w')
  try {
    let received = start
    for await (const piece of response.body ?? []) {
      await file.writeFile(piece)
      received += piece.length
      onPiece(received)
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A signal that aborts when `broken` was not called for `patience` milliseconds. */
function watchSilence(patience: number): { signal: AbortSignal; broken: () => void; end: () => void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new Error(`silent for ${patience} ms`)), patience)
  return { signal: controller.signal, broken: () => timer.refresh(), end: () => clearTimeout(timer) }
}
