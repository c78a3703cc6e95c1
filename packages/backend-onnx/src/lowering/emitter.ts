import type { NodeOf, Op } from '@lockstep/core'
import type { Lowering } from './lowering.ts'

/** Emits the ONNX nodes of one primitive and defines its value. Operands are defined already. */
export type Emitter<O extends Op> = (node: NodeOf<O>, lowering: Lowering) => void

export type Emitters<O extends Op> = { readonly [K in O]: Emitter<K> }
