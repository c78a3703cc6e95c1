const pageBytes = 65536

/**
 * Host memory for state: a WebAssembly memory, so that core's compiled passes work on it in place. It is sized once and
 * never grows, since growing would move it under every binding.
 */
export interface Arena {
  readonly memory: WebAssembly.Memory
  /** The whole memory as float32. */
  readonly floats: Float32Array
}

/** Allocates zeroed memory for `length` float32 elements; `shared` makes it visible to worker threads. */
export function allocateArena(length: number, { shared = false }: { readonly shared?: boolean } = {}): Arena {
  const pages = Math.max(1, Math.ceil((length * Float32Array.BYTES_PER_ELEMENT) / pageBytes))
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared })
  return { memory, floats: new Float32Array(memory.buffer) }
}
