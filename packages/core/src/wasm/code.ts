import type { ValueType } from './opcodes.ts'

/** What a branch targets. Which depth that is, is found when the function is encoded. */
export interface Label {
  readonly name: string
}

export interface Branch {
  readonly opcode: number
  readonly target: Label
}

export interface Block {
  /** Opcode and block type. */
  readonly header: readonly number[]
  readonly label: Label
  readonly body: Code
}

/** A byte, or pieces of code one after the other. They nest, so that putting code together copies none of it. */
export type Code = number | Branch | Block | readonly Code[]

/** Code that leaves one value of its type on the stack, or nothing. */
export interface Instruction<T extends ValueType | 'nothing' = ValueType | 'nothing'> {
  readonly type: T
  readonly code: Code
}

export type Value<T extends ValueType = ValueType> = Instruction<T>
export type Statement = Instruction<'nothing'>

/** A parameter or a local variable of a function. */
export interface Local<T extends ValueType = ValueType> {
  readonly type: T
  readonly index: number
}

/** A statement of this code. */
export function statement(...code: readonly Code[]): Statement {
  return { type: 'nothing', code }
}
