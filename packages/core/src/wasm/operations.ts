import type { Value } from './code.ts'
import { unsignedLeb } from './leb128.ts'
import { type Letters, letters, scalarOpcodes, simdOpcodes } from './opcodes.ts'

type Table = typeof scalarOpcodes & typeof simdOpcodes

/** An instruction without immediates, by its name in the specification. */
export type OperationName = keyof Table

type Signature<N extends OperationName> = Table[N][1]
type Operands<S extends string> = S extends `${infer L extends keyof Letters}${infer Rest}`
  ? [Value<Letters[L]>, ...Operands<Rest>]
  : []

/** The operands that an instruction takes, in order. */
export type OperandsOf<N extends OperationName> =
  Signature<N> extends `${infer Taken}>${string}` ? Operands<Taken> : never

/** The type that an instruction leaves. */
export type ResultOf<N extends OperationName> =
  Signature<N> extends `${string}>${infer L extends keyof Letters}` ? Letters[L] : never

/** Any instruction without immediates: `op('f32x4.add', a, b)`. Operands are evaluated from left to right. */
export function op<N extends OperationName>(name: N, ...operands: OperandsOf<N>): Value<ResultOf<N>> {
  const [, signature] = table[name]
  const type = letters[signature.slice(-1) as keyof Letters] as ResultOf<N>
  return { type, code: [...operands.map(({ code }: Value) => code), ...opcodeBytes(name)] }
}

const table: Table = { ...scalarOpcodes, ...simdOpcodes }

function opcodeBytes(name: OperationName): number[] {
  const [opcode] = table[name]
  return name in simdOpcodes ? [0xfd, ...unsignedLeb(opcode)] : [opcode]
}
