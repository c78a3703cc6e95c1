/** What a probe found of one GPU. */
export interface FoundGpu {
  readonly name: string
  readonly memoryBytes?: number
}

/** What the probe of GPUs prints, as JSON. */
export interface ProbeReport {
  /** The adapter of WebGPU, or why there is none. */
  readonly webgpu: FoundGpu | { readonly reason: string }
  /** What the NVIDIA driver lists, in its order, or why it lists nothing. */
  readonly cuda: { readonly gpus: readonly FoundGpu[]; readonly driver: string } | { readonly reason: string }
}
