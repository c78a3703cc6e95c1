import { block, branchIf, get, i32, type Local, loop, op, type Statement, set } from '@lockstep/core/wasm'

/** An array that a kernel walks along. */
export interface Walk {
  /** Byte address of the next element; moved on by the loop. */
  readonly address: Local<'i32'>
  readonly elementBytes: number
}

/** What a kernel does with some elements; `ahead` is how many elements further than the addresses they lie. */
export interface ElementStep {
  /** Elements that one `vector` treats. */
  readonly width: number
  vector(ahead: number): readonly Statement[]
  single(): readonly Statement[]
}

/** Statements that treat `count` elements: several vectors a turn, then single vectors, then single elements. */
export function elementLoop(count: Local<'i32'>, walks: readonly Walk[], step: ElementStep): Statement[] {
  const vectorsPerTurn = 4
  const repeat = (elements: number, body: readonly Statement[]): Statement =>
    block((end) => [
      branchIf(end, op('i32.lt_u', get(count), i32(elements))),
      loop((again) => [
        ...body,
        ...walks.map(({ address, elementBytes }) =>
          set(address, op('i32.add', get(address), i32(elements * elementBytes))),
        ),
        set(count, op('i32.sub', get(count), i32(elements))),
        branchIf(again, op('i32.ge_u', get(count), i32(elements))),
      ]),
    ])
  const turn = Array.from({ length: vectorsPerTurn }, (_, index) => step.vector(index * step.width)).flat()
  return [repeat(vectorsPerTurn * step.width, turn), repeat(step.width, step.vector(0)), repeat(1, step.single())]
}
