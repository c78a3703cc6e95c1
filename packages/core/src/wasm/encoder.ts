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
  return { name, parameters, result, locals, code: code.map((instruction) => instruction.code) }
}

/** Where a module looks for its memory: `{ host: { memory } }`. */
export const memoryImport: { readonly module: string; readonly name: string } = { module: 'host', name: 'memory' }

/**
 * A binary module (WebAssembly core specification 2.0, chapter 5) of functions over one imported memory, all of them
 * exported. Whether the memory is shared belongs to the module: it cannot be instantiated with one of the other kind.
 */
export function encodeModule(functions: readonly WasmFunction[], memory: { readonly shared: boolean }): Uint8Array {
  const magicAndVersion = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  const typeIndices = functions.map((_, index) => unsignedLeb(index))
  return concat([
    magicAndVersion,
    section(1, functions.map(typeEntry)),
    section(2, [importEntry(memory.shared)]),
    section(3, typeIndices),
    section(7, functions.map(exportEntry)),
    section(10, functions.map(codeEntry)),
  ])
}

type Bytes = ArrayLike<number>

function concat(parts: readonly Bytes[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let position = 0
  for (const part of parts) {
    bytes.set(part, position)
    position += part.length
  }
  return bytes
}

function section(id: number, entries: readonly Bytes[]): Bytes {
  return concat([[id], sized(concat([unsignedLeb(entries.length), ...entries]))])
}

function sized(bytes: Bytes): Bytes {
  return concat([unsignedLeb(bytes.length), bytes])
}

function text(value: string): Bytes {
  return sized(new TextEncoder().encode(value))
}

function typeEntry({ parameters, result }: WasmFunction): Bytes {
  const types = (list: readonly ValueType[]) => sized(list.map((type) => valueTypeCodes[type]))
  return concat([[0x60], types(parameters), types(result === undefined ? [] : [result])])
}

function importEntry(shared: boolean): Bytes {
  const anySize = shared ? [0x03, 0, ...unsignedLeb(65536)] : [0x00, 0]
  return concat([text(memoryImport.module), text(memoryImport.name), [0x02], anySize])
}

function exportEntry({ name }: WasmFunction, index: number): Bytes {
  return concat([text(name), [0x00], unsignedLeb(index)])
}

function codeEntry({ locals, code }: WasmFunction): Bytes {
  const bytes = [...unsignedLeb(locals.length), ...locals.flatMap((type) => [1, valueTypeCodes[type]])]
  append(bytes, code, [])
  bytes.push(end)
  return sized(bytes)
}

const end = 0x0b

/** Appends code to `bytes`, with every label replaced by its depth. `open` holds the labels around, innermost first. */
function append(bytes: number[], code: Code, open: readonly Label[]): void {
  if (typeof code === 'number') {
    bytes.push(code)
  } else if ('target' in code) {
    bytes.push(code.opcode, ...unsignedLeb(depthOf(code.target, open)))
  } else if ('body' in code) {
    bytes.push(...code.header)
    append(bytes, code.body, [code.label, ...open])
    bytes.push(end)
  } else {
    for (const piece of code) append(bytes, piece, open)
  }
}

function depthOf(target: Label, open: readonly Label[]): number {
  const depth = open.indexOf(target)
  if (depth >= 0) return depth
  throw new LockstepError(
    'invalid-argument',
    { argument: 'target' },
    `a branch outside of its target (the ${target.name}); branch only within the body that was given the label`,
  )
}
