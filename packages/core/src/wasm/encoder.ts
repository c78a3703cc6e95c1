import { LockstepError } from '../errors.ts'
import type { Code, Instruction, Label, Local } from './code.ts'
import { unsignedLeb } from './leb128.ts'
import { type ValueType, valueTypeCodes } from './opcodes.ts'

/** A function of a module, exported under its name. */
export interface WasmFunction<Name extends string = string> {
  readonly name: Name
  readonly parameters: readonly ValueType[]
  readonly result: ValueType | undefined
  readonly locals: readonly ValueType[]
  readonly code: Code
}

/** What a function's body is written with. */
export interface FunctionScope<P extends readonly ValueType[]> {
  readonly parameters: { readonly [K in keyof P]: Local<P[K]> }
  /** A new local variable, zero at first. */
  local<T extends ValueType>(type: T): Local<T>
}

/** Declares a function. With a `result`, the body's last instruction is its value and all others are statements. */
export function defineFunction<const Name extends string, const P extends readonly ValueType[]>(
  { name, parameters, result }: { readonly name: Name; readonly parameters: P; readonly result?: ValueType },
  body: (scope: FunctionScope<P>) => readonly Instruction[],
): WasmFunction<Name> {
  const locals: ValueType[] = []
  const code = body({
    parameters: parameters.map((type, index) => ({ type, index })) as unknown as FunctionScope<P>['parameters'],
    local: (type) => ({ type, index: parameters.length + locals.push(type) - 1 }),
  })
  return { name, parameters, result, locals, code: code.flatMap((instruction) => instruction.code) }
}

/** Where a module looks for its memory: `{ host: { memory } }`. */
export const memoryImport: { readonly module: string; readonly name: string } = { module: 'host', name: 'memory' }

/**
 * A binary module (WebAssembly core specification 2.0, chapter 5) of functions over one imported memory, all of them
 * exported. Whether the memory is shared belongs to the module: it cannot be instantiated with one of the other kind.
 */
export function encodeModule(functions: readonly WasmFunction[], memory: { readonly shared: boolean }): Uint8Array {
  const magicAndVersion = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  return Uint8Array.from([
    ...magicAndVersion,
    ...section(1, functions.map(typeEntry)),
    ...section(2, [importEntry(memory.shared)]),
    ...section(
      3,
      functions.map((_, index) => unsignedLeb(index)),
    ),
    ...section(7, functions.map(exportEntry)),
    ...section(10, functions.map(codeEntry)),
  ])
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  return [id, ...sized([...unsignedLeb(entries.length), ...entries.flat()])]
}

function sized(bytes: readonly number[]): number[] {
  return [...unsignedLeb(bytes.length), ...bytes]
}

function text(value: string): number[] {
  return sized([...new TextEncoder().encode(value)])
}

function typeEntry({ parameters, result }: WasmFunction): number[] {
  const types = (list: readonly ValueType[]) => sized(list.map((type) => valueTypeCodes[type]))
  return [0x60, ...types(parameters), ...types(result === undefined ? [] : [result])]
}

function importEntry(shared: boolean): number[] {
  const anySize = shared ? [0x03, 0, ...unsignedLeb(65536)] : [0x00, 0]
  return [...text(memoryImport.module), ...text(memoryImport.name), 0x02, ...anySize]
}

function exportEntry({ name }: WasmFunction, index: number): number[] {
  return [...text(name), 0x00, ...unsignedLeb(index)]
}

function codeEntry({ locals, code }: WasmFunction): number[] {
  const declarations = locals.flatMap((type) => [1, valueTypeCodes[type]])
  return sized([...unsignedLeb(locals.length), ...declarations, ...resolve(code, []), end])
}

const end = 0x0b

/** Puts in place of every label how many blocks lie between the branch and its target; `open` has the innermost first. */
function resolve(code: Code, open: readonly Label[]): number[] {
  return code.flatMap((item) => {
    if (typeof item === 'number') return item
    if ('body' in item) return [...item.header, ...resolve(item.body, [item.label, ...open]), end]
    const depth = open.indexOf(item.target)
    if (depth >= 0) return [item.opcode, ...unsignedLeb(depth)]
    throw new LockstepError(
      'invalid-argument',
      { argument: 'target' },
      `a branch outside of its target (the ${item.target.name}); branch only within the body that was given the label`,
    )
  })
}
