import { type Local, type Statement, statement, type Value } from './code.ts'
import { signedLeb, unsignedLeb } from './leb128.ts'
import { extractOpcodes, type Letters, letters, loadOpcodes, storeOpcodes, type ValueType } from './opcodes.ts'

type LoadName = keyof typeof loadOpcodes
type StoreName = keyof typeof storeOpcodes
type ExtractName = keyof typeof extractOpcodes
type Loaded<N extends LoadName> = Letters[(typeof loadOpcodes)[N][2]]
type Stored<N extends StoreName> = Letters[(typeof storeOpcodes)[N][2]]
type Extracted<N extends ExtractName> = Letters[(typeof extractOpcodes)[N][1]]

export function get<T extends ValueType>(local: Local<T>): Value<T> {
  return { type: local.type, code: [0x20, ...unsignedLeb(local.index)] }
}

export function set<T extends ValueType>(local: Local<T>, value: Value<T>): Statement {
  return statement(value.code, 0x21, ...unsignedLeb(local.index))
}

/** Sets the local and leaves the value on the stack too. */
export function tee<T extends ValueType>(local: Local<T>, value: Value<T>): Value<T> {
  return { type: local.type, code: [value.code, 0x22, ...unsignedLeb(local.index)] }
}

/** Signed or unsigned: only the low 32 bits count. */
export function i32(value: number): Value<'i32'> {
  return { type: 'i32', code: [0x41, ...signedLeb(value)] }
}

export function f32(value: number): Value<'f32'> {
  return { type: 'f32', code: [0x43, ...littleEndian(4, (view) => view.setFloat32(0, value, true))] }
}

export function f64(value: number): Value<'f64'> {
  return { type: 'f64', code: [0x44, ...littleEndian(8, (view) => view.setFloat64(0, value, true))] }
}

/** Four 32-bit integers, lane 0 first; signed or unsigned. */
export function i32x4(...lanes: readonly [number, number, number, number]): Value<'v128'> {
  return v128((view, lane) => view.setInt32(4 * lane, lanes[lane] as number, true))
}

/** Four floats of one value. */
export function f32x4(value: number): Value<'v128'> {
  return v128((view, lane) => view.setFloat32(4 * lane, value, true))
}

/** Reads at `address + offset`; no alignment is needed. */
export function load<N extends LoadName>(name: N, address: Value<'i32'>, offset = 0): Value<Loaded<N>> {
  const [opcode, align, letter] = loadOpcodes[name]
  return { type: letters[letter] as Loaded<N>, code: [address.code, ...opcode, align, ...unsignedLeb(offset)] }
}

/** Writes at `address + offset`; no alignment is needed. */
export function store<N extends StoreName>(
  name: N,
  address: Value<'i32'>,
  value: Value<Stored<N>>,
  offset = 0,
): Statement {
  const [opcode, align] = storeOpcodes[name]
  return statement(address.code, value.code, ...opcode, align, ...unsignedLeb(offset))
}

export function extractLane<N extends ExtractName>(name: N, vector: Value<'v128'>, lane: number): Value<Extracted<N>> {
  const [opcode, letter] = extractOpcodes[name]
  return { type: letters[letter] as Extracted<N>, code: [vector.code, 0xfd, opcode, lane] }
}

/** Four 32-bit lanes chosen from those of `a` (0 to 3) and `b` (4 to 7). */
export function shuffle32x4(
  a: Value<'v128'>,
  b: Value<'v128'>,
  lanes: readonly [number, number, number, number],
): Value<'v128'> {
  const bytes = lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3])
  return { type: 'v128', code: [a.code, b.code, 0xfd, 0x0d, ...bytes] }
}

/** `condition ? a : b` of scalars; both are evaluated. */
export function select<T extends Exclude<ValueType, 'v128'>>(
  a: Value<T>,
  b: Value<T>,
  condition: Value<'i32'>,
): Value<T> {
  return { type: a.type, code: [a.code, b.code, condition.code, 0x1b] }
}

function v128(write: (view: DataView, lane: number) => void): Value<'v128'> {
  const bytes = littleEndian(16, (view) => {
    for (let lane = 0; lane < 4; lane++) write(view, lane)
  })
  return { type: 'v128', code: [0xfd, 0x0c, ...bytes] }
}

function littleEndian(length: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length)
  write(new DataView(bytes.buffer))
  return bytes
}
