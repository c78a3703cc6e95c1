/**
 * The part of the WebAssembly JavaScript interface that Lockstep uses. TypeScript ships these names only with the DOM
 * library, which would also let browser-only globals into code that has to run on Node.
 */
declare namespace WebAssembly {
  type ImportExportKind = 'function' | 'global' | 'memory' | 'table' | 'tag'
  // biome-ignore lint/complexity/noBannedTypes: any function can be imported, whatever it takes.
  type ImportValue = Function | Memory | number
  type Imports = Record<string, Record<string, ImportValue>>
  type Exports = Record<string, unknown>

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  interface MemoryDescriptor {
    initial: number
    maximum?: number
    shared?: boolean
  }

  class Memory {
    constructor(descriptor: MemoryDescriptor)
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }

  class Module {
    constructor(bytes: ArrayBuffer | ArrayBufferView)
    static exports(module: Module): { name: string; kind: ImportExportKind }[]
    static imports(module: Module): { module: string; name: string; kind: ImportExportKind }[]
  }

  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Exports
  }

  function validate(bytes: ArrayBuffer | ArrayBufferView): boolean
  function compile(bytes: ArrayBuffer | ArrayBufferView): Promise<Module>
  function instantiate(module: Module, imports?: Imports): Promise<Instance>
}
