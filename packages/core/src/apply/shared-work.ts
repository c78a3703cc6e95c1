import type { WasmExports, WasmMemory } from '../wasm/index.ts'

/** A part of a pass: elements of one parameter. */
export interface Piece {
  readonly kernel: string
  readonly count: number
  /** In bytes. */
  readonly addresses: readonly number[]
  /** Where the kernel's scalars begin and end in `scalars`. */
  readonly scalars: readonly [start: number, end: number]
}

/** A pass cut into pieces, for several threads: whoever is free takes the next. All of it can be posted to a worker. */
export interface SharedWork {
  /** A `WebAssembly.Module` that imports `memory`, which is shared. */
  readonly module: object
  readonly memory: WasmMemory
  readonly pieces: readonly Piece[]
  readonly scalars: Float64Array
  /** In shared memory: the number of passes begun, the next piece to take, the pieces done. */
  readonly control: Int32Array
}

/** What keeps other threads at work on passes; disposing it ends them. */
export type StartHelpers = (work: SharedWork) => Disposable

const begun = 0
const next = 1
const done = 2

/** Elements of one piece: some microseconds of work, and whole vectors. */
const pieceLength = 8192

/** Milliseconds that a thread may be without a processor before it is given up for lost. */
const patience = 60_000

/** Cuts `count` elements whose arrays begin at `addresses`. */
export function piecesOf(whole: Piece): Piece[] {
  const starts = Array.from({ length: Math.ceil(whole.count / pieceLength) }, (_, index) => index * pieceLength)
  return starts.map((start) => ({
    ...whole,
    count: Math.min(pieceLength, whole.count - start),
    addresses: whole.addresses.map((address) => address + start * Float32Array.BYTES_PER_ELEMENT),
  }))
}

export function shareWork(parts: Omit<SharedWork, 'scalars' | 'control'>, scalars: number): SharedWork {
  const control = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT))
  control[next] = parts.pieces.length
  return { ...parts, control, scalars: new Float64Array(new SharedArrayBuffer(8 * Math.max(1, scalars))) }
}

/** Offers a pass, whose scalars are in place and the one before it finished. */
export function beginPass({ control }: SharedWork): void {
  Atomics.store(control, done, 0)
  Atomics.store(control, next, 0)
  Atomics.add(control, begun, 1)
  Atomics.notify(control, begun)
}

/** Takes part until the pass is done. */
export function finishPass(work: SharedWork, exports: WasmExports<string>): void {
  takePieces(work, exports)
  const { control, pieces } = work
  for (;;) {
    const count = Atomics.load(control, done)
    if (count === pieces.length) return
    if (Atomics.wait(control, done, count, patience) === 'timed-out')
      throw new Error(`a helper thread does not answer: ${count} of ${pieces.length} pieces of an update are done`)
  }
}

/** What helper threads do. It goes to them as text, so it must not use anything from outside. */
export function help(work: SharedWork, take: typeof takePieces, instantiate: (work: SharedWork) => object): void {
  const exports = instantiate(work) as WasmExports<string>
  for (;;) {
    const seen = Atomics.load(work.control, 0)
    take(work, exports)
    Atomics.wait(work.control, 0, seen)
  }
}

/** Works on pieces until none is left to take. It goes to helpers as text, so it must not use anything from outside. */
export function takePieces({ control, pieces, scalars }: SharedWork, exports: WasmExports<string>): void {
  for (;;) {
    // Scalars are read after a piece was taken: by then they are this pass's.
    const piece = pieces[Atomics.add(control, 1, 1)]
    if (piece === undefined) return
    const { kernel, count, addresses } = piece
    exports[kernel]?.(count, ...addresses, ...scalars.subarray(...piece.scalars))
    Atomics.add(control, 2, 1)
    Atomics.notify(control, 2)
  }
}
